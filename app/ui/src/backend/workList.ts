import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { getPage, type Counted } from "./client";
import { keys } from "./queries";
import type { CaseSummary } from "./types";

/** Cases of one answer: as many as a screen shows and some more, of at most 500 that the node gives. */
export const CASES_A_PAGE = 100;

/** What dentists and their hospitals examine with (DICOM `Modality`). */
export const MODALITIES = ["CT", "PX", "IO", "DX", "CR", "MR", "US", "XC"] as const;

/** What is looked for in the work list; the node does the looking. */
export interface CaseQuestion {
  text: string;
  role: CaseSummary["role"] | "";
  modality: (typeof MODALITIES)[number] | "";
  onlyOpen: boolean;
  onlyUrgent: boolean;
  onlyUnread: boolean;
  onlyIncidental: boolean;
  dueToday: boolean;
}

export const EVERYTHING: CaseQuestion = {
  text: "",
  role: "",
  modality: "",
  onlyOpen: false,
  onlyUrgent: false,
  onlyUnread: false,
  onlyIncidental: false,
  dueToday: false,
};

/** Whether something less than all is looked for. */
export function isNarrowed(question: CaseQuestion): boolean {
  return Object.values(question).some((one) => one !== "" && one !== false);
}

/** The last second of this day, where the reader is. */
function endOfToday(): string {
  const now = new Date();
  now.setHours(23, 59, 59, 0);
  return now.toISOString();
}

function path(question: CaseQuestion, page: number): string {
  const asked = new URLSearchParams({ limit: String(CASES_A_PAGE) });
  if (question.text.trim() !== "") asked.set("text", question.text.trim());
  if (question.role !== "") asked.set("role", question.role);
  if (question.modality !== "") asked.set("modality", question.modality);
  if (question.onlyOpen) asked.set("state", "open");
  if (question.onlyUrgent) asked.set("urgent", "true");
  if (question.onlyUnread) asked.set("unread", "true");
  if (question.onlyIncidental) asked.set("incidental", "true");
  if (question.dueToday) asked.set("due_until", endOfToday());
  if (page > 0) asked.set("offset", String(page * CASES_A_PAGE));
  return `/cases?${asked.toString()}`;
}

const pageQuery = (question: CaseQuestion, page: number) => ({
  queryKey: [...keys.cases, "list", question, page],
  queryFn: (): Promise<Counted<CaseSummary>> => getPage<CaseSummary>(path(question, page)),
});

/** The first page, and with it how many there are; what is shown stays while the next answer is looked for. */
export const useFirstCases = (question: CaseQuestion) =>
  useQuery({ ...pageQuery(question, 0), placeholderData: keepPreviousData });

/**
 * Further pages, by their numbers: those that are on the screen. Only these are asked for anew when something changes,
 * however long the list is.
 */
export const useCasePages = (question: CaseQuestion, pages: number[]) =>
  useQueries({ queries: pages.map((page) => pageQuery(question, page)) });
