import { useSyncExternalStore } from "react";

/** Light for work on paper, dark for a reading room; `auto` as the system is set. */
export const THEMES = ["auto", "light", "dark"] as const;
export type ThemeChoice = (typeof THEMES)[number];

const REMEMBERED = "dokuei.theme";
const DARK = "(prefers-color-scheme: dark)";
const listeners = new Set<() => void>();

/** What was chosen in this browser. */
export function themeChoice(): ThemeChoice {
  const kept = localStorage.getItem(REMEMBERED);
  return THEMES.find((one) => one === kept) ?? "auto";
}

export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem(REMEMBERED, choice);
  for (const listener of listeners) listener();
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(listen, themeChoice);
}

/** The theme to be shown, as it is now chosen or set. */
export function useTheme(): "light" | "dark" {
  return useSyncExternalStore(listen, () => {
    const choice = themeChoice();
    if (choice !== "auto") return choice;
    return matchMedia(DARK).matches ? "dark" : "light";
  });
}

function listen(changed: () => void): () => void {
  const system = matchMedia(DARK);
  listeners.add(changed);
  system.addEventListener("change", changed);
  return () => {
    listeners.delete(changed);
    system.removeEventListener("change", changed);
  };
}
