import type { Window } from "../../backend/dicomweb";
import type { ImageFacts } from "./dicom";
import { valueUnit } from "./calibration";
import { spanOf, type Table } from "./lut";

export type PresetName =
  "stored" | "table" | "bone" | "tooth" | "implant" | "soft" | "airway" | "full";
export interface Preset {
  name: PresetName;
  window: Window;
  /** The file's own table in the place of a window's function. */
  table?: Table;
}

/** Windows in Hounsfield units; values of cone-beam CT are near enough to start from. */
const HOUNSFIELD: readonly Preset[] = [
  { name: "bone", window: { center: 500, width: 2500 } },
  { name: "tooth", window: { center: 1200, width: 4000 } },
  { name: "implant", window: { center: 1500, width: 6000 } },
  { name: "soft", window: { center: 40, width: 400 } },
  { name: "airway", window: { center: -400, width: 1500 } },
];

/** Windows to choose from, the first of them shown at first. `range` is that of the image's values. */
export function presetsOf(facts: ImageFacts, range: readonly [number, number]): Preset[] {
  const [stored] = facts.windows;
  const { voiTable } = facts;
  const [low, high] = range;
  const full: Preset = {
    name: "full",
    window: { center: (low + high) / 2, width: Math.max(high - low, 1) },
  };
  return [
    ...(stored ? [{ name: "stored" as const, window: stored }] : []),
    ...(voiTable
      ? [{ name: "table" as const, window: windowOfTable(voiTable), table: voiTable }]
      : []),
    ...(valueUnit(facts) === "HU" ? HOUNSFIELD : []),
    full,
  ];
}

/** The window that a table fills as it is written. */
export function windowOfTable(table: Table): Window {
  const [lower, upper] = spanOf(table);
  return windowOf({ lower, upper: Math.max(upper, lower + 1) });
}

/** From the lowest value shown black to the highest shown white (PS3.3 C.11.2.1.2.1). */
export function rangeOf({ center, width }: Window): { lower: number; upper: number } {
  return { lower: center - 0.5 - (width - 1) / 2, upper: center - 0.5 + (width - 1) / 2 };
}

export function windowOf({ lower, upper }: { lower: number; upper: number }): Window {
  return { center: (lower + upper + 1) / 2, width: upper - lower + 1 };
}

export function sameWindow(one: Window, other: Window | null): boolean {
  return (
    other !== null &&
    Math.abs(one.center - other.center) < 0.01 &&
    Math.abs(one.width - other.width) < 0.01
  );
}
