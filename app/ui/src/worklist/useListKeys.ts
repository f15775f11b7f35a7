import { useCallback, type KeyboardEvent } from "react";

const STEPS: Record<string, number | undefined> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** Walks through the rows by keys. Only while the focus is in the list: elsewhere a letter is a letter (WCAG 2.1.4). */
export function useListKeys() {
  return useCallback((event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.nativeEvent.isComposing) return;
    const target = event.target as HTMLElement;
    const search = event.currentTarget.querySelector<HTMLInputElement>('input[type="search"]');
    const typing = target.matches("input, select, textarea");
    const leaving = target === search && event.key === "ArrowDown";
    if (typing && !leaving) return;
    if (event.key === "/") {
      event.preventDefault();
      search?.focus();
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined) return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("tr[data-case] a")];
    const here = rows.findIndex((row) => row.closest("tr")?.contains(target));
    const next = rows[here === -1 ? 0 : here + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }, []);
}
