import { useCallback, type KeyboardEvent } from "react";

const STEPS: Record<string, number | undefined> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/**
 * Walks through the rows by keys, those too that are not drawn at the moment. Only while the focus is in the list: elsewhere
 * a letter is a letter (WCAG 2.1.4).
 */
export function useListKeys(count: number, go: (row: number) => void) {
  return useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
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
      const next = rowAfter(event.key, rowOf(target), count);
      if (next === null || next < 0 || next >= count) return;
      event.preventDefault();
      go(next);
    },
    [count, go],
  );
}

/** The first row has the number 0; its head has none. */
function rowOf(target: HTMLElement): number | null {
  const told = target.closest("tr[data-index]")?.getAttribute("data-index");
  return told == null ? null : Number(told);
}

function rowAfter(key: string, here: number | null, count: number): number | null {
  // Elsewhere these keys scroll the page.
  if (key === "Home" && here !== null) return 0;
  if (key === "End" && here !== null) return count - 1;
  const step = STEPS[key];
  if (step === undefined) return null;
  return here === null ? 0 : here + step;
}
