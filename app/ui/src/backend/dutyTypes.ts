import type { CaseSummary, Counterpart, Delivery } from "./types";

/** What goes to and fro in a case beside request and report, as the node's loopback API shows it. */

export const CATEGORIES = ["minutes", "hours", "days"] as const;
/** How soon somebody must know of an urgent finding. */
export type Category = (typeof CATEGORIES)[number];

export const CHANNELS = ["screen", "telephone", "in_person"] as const;
/** How somebody was reached. */
export type Channel = (typeof CHANNELS)[number];

export const RESOLUTIONS = [
  "examined",
  "treated",
  "referred",
  "followed_up",
  "nothing_needed",
  "patient_declined",
] as const;
/** What became of an incidental finding. */
export type Resolution = (typeof RESOLUTIONS)[number];

export const FORWARD_KINDS = ["second_opinion", "alternative", "blind"] as const;
/** What a further reader is asked for. */
export type ForwardKind = (typeof FORWARD_KINDS)[number];

export const AMENDMENT_KINDS = ["addendum", "amended"] as const;
export type AmendmentKind = (typeof AMENDMENT_KINDS)[number];

/** How far beyond its time a duty is; null while its time has not come. */
export type Stage = "remind" | "warn" | "escalate" | null;

/** Null while this node does not know her certificate. */
type Person = Counterpart | null;

/** Whom to telephone about a case. */
export interface Contact {
  kind: "reader" | "emergency";
  name: string;
  text: string;
}

export interface UrgentFinding {
  entry_id: string;
  category: Category;
  finding: string;
  advice: string;
  /** Where the reader can be reached. */
  contact: string;
  identified_at: string;
  signed_at: string;
  by: Person;
  mine: boolean;
  delivery: Delivery | null;
  acknowledged: {
    entry_id: string;
    by: string;
    at: string;
    channel: Channel;
    note: string;
  } | null;
  contacts: Contact[];
}

/** One of the urgent findings of all cases. */
export interface ListedUrgent extends UrgentFinding {
  case_id: string;
  patient_name: string;
  role: CaseSummary["role"];
  due_at: string | null;
  stage: Stage;
}

/** A doubt and its answer (疑義照会). */
export interface Query {
  entry_id: string;
  from: Person;
  to: Person;
  about: string;
  question: string;
  asked_at: string;
  mine: boolean;
  for_me: boolean;
  answer: { entry_id: string; text: string; by: Person; at: string } | null;
}

export interface Incidental {
  entry_id: string;
  finding: string;
  advice: string;
  owner: Person;
  mine: boolean;
  due_at: string;
  overdue: boolean;
  signed_at: string;
  by: Person;
  resolved: { resolution: Resolution; note: string; at: string; by: Person } | null;
}

/** That something was explained to the patient. */
export interface Informed {
  entry_id: string;
  about: string;
  by: string;
  at: string;
  note: string;
}

/** Somebody who reads a case, or was asked to. */
export interface AskedReader {
  /** The request or the forward. */
  entry_id: string;
  kind: "consultant" | ForwardKind;
  reader: Person;
  /** As the forward names her. */
  name: string | null;
  asked_by: Person;
  question: string | null;
  consented: boolean;
  accepted: boolean;
  declined: boolean;
  committed: boolean;
  reported: boolean;
  mine: boolean;
}

export const OPEN_KINDS = [
  "urgent_finding",
  "unread_report",
  "incidental_finding",
  "query",
  "forward",
] as const;

/** What keeps a case from being closed. */
export interface OpenItem {
  kind: (typeof OPEN_KINDS)[number];
  entry: string;
  /** Whether it is for me to see to. */
  mine: boolean;
}

export type DutyName =
  "acknowledge" | "see_to" | "answer" | "report" | "read" | "explain" | "reply" | "consent";

/** Something that is to be done in a case, by whom and when. */
export interface Duty {
  case_id: string;
  patient_name: string;
  duty: DutyName;
  entry: string;
  owner: Person;
  mine: boolean;
  due_at: string | null;
  stage: Stage;
  contacts: Contact[];
}

/** What of all this a row of the work list tells. */
export interface CaseDuties {
  /** Something urgent that nobody has acknowledged. */
  alarm: boolean;
  /** Two entries were signed for one place: only what is urgent goes on. */
  frozen: boolean;
  open: OpenItem[];
  overdue: number;
}

/** And what a case, looked at by itself. */
export interface CaseConversation {
  queries: Query[];
  urgent: UrgentFinding[];
  incidental: Incidental[];
  informed: Informed[];
  readers: AskedReader[];
  contacts: Contact[];
  duties: Duty[];
}
