import { useSyncExternalStore } from "react";
import type { Display, Due, Grade } from "../backend/governance";

/** Which of the registered displays this browser stands on. It says nothing of a patient. */
const KEY = "dokuei.display";
const listeners = new Set<() => void>();

export function chooseDisplay(name: string | null): void {
  if (name === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, name);
  listeners.forEach((changed) => changed());
}

export function useChosenDisplay(): string | null {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => localStorage.getItem(KEY),
  );
}

const ORDER: readonly Grade[] = ["1A", "1B", "2"];
const DETAIL = new Set(["CR", "DX", "IO", "PX", "RG", "MG"]);

/** The least grade and the least number of pixels for a modality, as the node has it (`node/governance`). */
export function needed(modality: string): { grade: Grade; pixels: number } {
  return DETAIL.has(modality)
    ? { grade: "1B", pixels: 1_900_000 }
    : { grade: "2", pixels: 1_000_000 };
}

/** Whether a display is enough for all of these modalities; nothing is said against one for none. */
export function suits(display: Display, modalities: readonly string[]): boolean {
  return modalities.every((modality) => {
    const { grade, pixels } = needed(modality);
    return (
      ORDER.indexOf(display.grade) <= ORDER.indexOf(grade) &&
      display.width * display.height >= pixels
    );
  });
}

export type DisplayState = "none" | "unknown" | "good" | "unfit" | "failed" | "overdue";

/** How the display before which somebody sits stands for what she reads. */
export function stateOf(
  displays: readonly Display[],
  chosen: string | null,
  due: readonly Due[],
  modalities: readonly string[],
): DisplayState {
  if (displays.length === 0) return "none";
  const display = displays.find((one) => one.name === chosen);
  if (!display) return "unknown";
  const against = due.filter(
    (one) =>
      one.about === display.name &&
      one.wrong &&
      (one.what === "display_check" || one.what === "constancy"),
  );
  if (against.some((one) => one.state === "failed")) return "failed";
  if (!suits(display, modalities)) return "unfit";
  return against.length > 0 ? "overdue" : "good";
}
