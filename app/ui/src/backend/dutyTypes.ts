import type { components } from "./generated";

type Schemas = components["schemas"];

/** What goes to and fro in a case beside request and report, as the node's loopback API shows it. */

export const CATEGORIES = ["minutes", "hours", "days"] as const;
/** How soon somebody must know of an urgent finding. */
export type Category = Schemas["Category"];

export const CHANNELS = ["screen", "telephone", "in_person"] as const;
/** How somebody was reached. */
export type Channel = Schemas["Channel"];

export const RESOLUTIONS = [
  "examined",
  "treated",
  "referred",
  "followed_up",
  "nothing_needed",
  "patient_declined",
] as const;
/** What became of an incidental finding. */
export type Resolution = Schemas["Resolution"];

export const FORWARD_KINDS = ["second_opinion", "alternative", "blind"] as const;
/** What a further reader is asked for. */
export type ForwardKind = Schemas["ForwardKind"];

export const AMENDMENT_KINDS = ["addendum", "amended"] as const;
export type AmendmentKind = Schemas["AmendmentKind"];

/** How far beyond its time a duty is; null while its time has not come. */
export type Stage = Schemas["Stage"];

/** Whom to telephone about a case. */
export type Contact = Schemas["Contact"];

export type UrgentFinding = Schemas["UrgentFinding"];

/** One of the urgent findings of all cases. */
export type ListedUrgent = Schemas["ListedUrgent"];

/** A doubt and its answer (疑義照会). */
export type Query = Schemas["Query"];

export type Incidental = Schemas["Incidental"];

/** That something was explained to the patient. */
export type Informed = Schemas["Informed"];

/** That the requester asks the others to erase their copies, and what they answered. */
export type Erasure = Schemas["Erasure"];

export const KEEP_GROUNDS = ["legal_hold", "retention_duty", "other"] as const;

/** Somebody of an open case who has lost her credential. */
export type LostCredential = Schemas["LostCredential"];

/** That whoever signed something does not hold her certificate any more. */
export type CredentialMark = Schemas["CredentialMark"];

/** Somebody who reads a case, or was asked to. */
export type AskedReader = Schemas["AskedReader"];

export const OPEN_KINDS = [
  "urgent_finding",
  "unread_report",
  "incidental_finding",
  "query",
  "forward",
] as const;

/** What keeps a case from being closed. */
export type OpenItem = Schemas["OpenItem"];

export type DutyName = Schemas["DutyName"];

/** Something that is to be done in a case, by whom and when. */
export type Duty = Schemas["Duty"];

/** What of all this a row of the work list tells. */
export type CaseDuties = Pick<Schemas["CaseSummary"], "alarm" | "frozen" | "open" | "overdue">;

/** And what a case, looked at by itself. */
export type CaseConversation = Pick<
  Schemas["CaseDetail"],
  | "queries"
  | "urgent"
  | "incidental"
  | "informed"
  | "readers"
  | "contacts"
  | "duties"
  | "lost"
  | "hand_over"
  | "taken_over"
>;
