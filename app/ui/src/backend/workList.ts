import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getPage, type Counted } from "./client";
import { keys } from "./queries";
import type { CaseSummary } from "./types";

/** Cases of one answer: as many as a screen shows and some more, of at most 500 that the node gives. */
export const CASES_A_PAGE = 100;

/** What is looked for in the work list; the node does the looking. */
export interface CaseQuestion {
  text: string;
  role: CaseSummary["role"] | "";
  onlyOpen: boolean;
  onlyUnread: boolean;
}

function path(question: CaseQuestion, after: string | null): string {
  const asked = new URLSearchParams({ limit: String(CASES_A_PAGE) });
  if (question.text.trim() !== "") asked.set("text", question.text.trim());
  if (question.role !== "") asked.set("role", question.role);
  if (question.onlyOpen) asked.set("state", "open");
  if (question.onlyUnread) asked.set("unread", "true");
  if (after !== null) asked.set("after", after);
  return `/cases?${asked.toString()}`;
}

/** The work list by pages; what is shown stays while the next answer is looked for. */
export const useWorkList = (question: CaseQuestion) =>
  useInfiniteQuery({
    queryKey: [...keys.cases, "list", question],
    queryFn: ({ pageParam }) => getPage<CaseSummary>(path(question, pageParam)),
    initialPageParam: null as string | null,
    getNextPageParam: ({ rows }: Counted<CaseSummary>) =>
      rows.length === CASES_A_PAGE ? (rows.at(-1)?.case_id ?? null) : null,
    placeholderData: keepPreviousData,
  });
