import { useEffect, useState } from "react";
import type { Counted } from "../backend/client";
import type { CaseSummary } from "../backend/types";
import { CASES_A_PAGE, useCasePages, type CaseQuestion } from "../backend/workList";

/** How many rows before and after those that are drawn are fetched with them. */
const AHEAD = 30;
/** Pages that are only scrolled past are not fetched. */
const PAUSE_MS = 80;

export interface Rows {
  /** The case of a row; nothing while its page is on its way. */
  at: (row: number) => CaseSummary | undefined;
  error: Error | null;
  retry: () => void;
}

/** The cases of these rows, of which the first page is here. */
export function useRows(
  question: CaseQuestion,
  first: Counted<CaseSummary>,
  total: number,
  drawn: readonly number[],
): Rows {
  const wanted = pagesOf(drawn, total).join(",");
  const settled = useSettled(wanted, PAUSE_MS);
  const numbers = settled === "" ? [] : settled.split(",").map(Number);
  const pages = useCasePages(question, numbers);
  const failed = pages.find((page) => page.isError);
  return {
    at: (row) => {
      const page = Math.floor(row / CASES_A_PAGE);
      const rows = page === 0 ? first.rows : pages[numbers.indexOf(page)]?.data?.rows;
      return rows?.[row % CASES_A_PAGE];
    },
    error: failed?.error ?? null,
    retry: () => pages.forEach((page) => void (page.isError && page.refetch())),
  };
}

/** The pages of these rows and of their neighbours, but for the first. */
function pagesOf(drawn: readonly number[], total: number): number[] {
  const pages = new Set<number>();
  for (const row of drawn) {
    for (const near of [row - AHEAD, row, row + AHEAD]) {
      const page = Math.floor(Math.min(Math.max(near, 0), total - 1) / CASES_A_PAGE);
      if (page > 0) pages.add(page);
    }
  }
  return [...pages].sort((a, b) => a - b);
}

/** The last value that stayed for a moment. */
export function useSettled<T>(value: T, pause: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}
