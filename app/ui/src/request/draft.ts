import type { NewCase, Urgency } from "../backend/types";

/** The request as it is being filled in. */
export interface Draft {
  study: string;
  reader: string;
  /** The user says that the recipient shown is the right one (wrong recipients are R17's first case). */
  recipientConfirmed: boolean;
  question: string;
  history: string;
  region: string;
  justification: string;
  explainedBy: string;
  /** Local time, as `<input type="datetime-local">` gives it. */
  explainedAt: string;
  scope: string;
  urgency: Urgency;
}

type Fault = "required" | "future" | "study" | "reader" | "recipient";
export type Faults = Partial<Record<keyof Draft, Fault>>;

/** What keeps this draft from being sent; empty when it may go. To practise, nobody is chosen. */
export function faultsOf(draft: Draft, now: Date, practice = false): Faults {
  const faults: Faults = {};
  if (draft.study === "") faults.study = "study";
  if (!practice) {
    if (draft.reader === "") faults.reader = "reader";
    else if (!draft.recipientConfirmed) faults.recipientConfirmed = "recipient";
  }
  const texts = [
    "question",
    "region",
    "justification",
    "explainedBy",
    "explainedAt",
    "scope",
  ] as const;
  for (const field of texts) if (draft[field].trim() === "") faults[field] = "required";
  if (!faults.explainedAt) {
    const at = new Date(draft.explainedAt);
    if (Number.isNaN(at.getTime())) faults.explainedAt = "required";
    else if (at > now) faults.explainedAt = "future";
  }
  return faults;
}

/** The draft as the node wants it; only for one without faults. */
export function toNewCase(draft: Draft): NewCase {
  return {
    study_instance_uid: draft.study,
    with: draft.reader,
    question: draft.question.trim(),
    history: draft.history.trim(),
    region: draft.region.trim(),
    justification: draft.justification.trim(),
    consent: {
      explained_by: draft.explainedBy.trim(),
      // RFC 3339 in whole seconds: what the case log records.
      explained_at: new Date(draft.explainedAt).toISOString().replace(/\.\d+Z$/, "Z"),
      scope: draft.scope.trim(),
    },
    urgency: draft.urgency,
  };
}
