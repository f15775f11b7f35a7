import { useQuery } from "@tanstack/react-query";
import { get, segment, send } from "./client";
import { keys } from "./queries";
import type { NewCase, Urgency } from "./types";

/** A request that was written to practise; it was sent to nobody. */
export interface PracticeRequest {
  by: string;
  at: string;
  question: string;
  history: string;
  region: string;
  justification: string;
  urgency: Urgency;
}

/** The practice study of this house; all is null while there is none. */
export interface Practice {
  study_instance_uid: string | null;
  made_at: string | null;
  request: PracticeRequest | null;
}

interface Making {
  state: "running" | "done" | "failed";
  error?: { detail: string; detail_ja?: string | null };
}

/** How often it is looked whether the study is there, ms. */
const AGAIN_MS = 500;

export const practices = {
  /** Makes the study, and waits until it is there. */
  make: async () => {
    const { job } = await send<{ job: string }>("POST", "/practice", {});
    for (;;) {
      const { state, error } = await get<Making>(`/jobs/${segment(job)}`);
      if (state === "done") return;
      if (state === "failed") throw new Error(error?.detail_ja ?? error?.detail ?? "");
      await new Promise((over) => setTimeout(over, AGAIN_MS));
    }
  },
  delete: () => send<null>("DELETE", "/practice"),
  request: (request: NewCase) => send<Practice>("POST", "/practice/request", request),
};

/** What there is to practise with. */
export const usePractice = (enabled = true) =>
  useQuery({ queryKey: keys.practice, queryFn: () => get<Practice>("/practice"), enabled });

/** Whether a study is the one to practise with. */
export function useIsPractice(study: string | null): boolean {
  const kept = usePractice(study !== null && study !== "").data;
  return study !== null && kept?.study_instance_uid === study;
}
