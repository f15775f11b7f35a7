import type { components } from "./generated";
import type { Absence, Turn } from "./absenceTypes";

type Schemas = components["schemas"];

/** Shapes of the node's loopback API, `/api/v1`. Names are the API's own. */

export type Licence = Schemas["Licence"];

export type Qualification = Schemas["Qualification"];

export type Practitioner = Schemas["Practitioner"];

/** Someone who can sign in at this node. */
export type SignInChoice = Schemas["SignInChoice"];

export type Peer = Schemas["Peer"];

export type NodeStatus = Schemas["NodeStatus"];

/** How well this node knows who holds a credential now. */
export type RegisterView = Schemas["RegisterView"];

/** A state of the register that the registry signed. */
export type RegisterPoint = Schemas["RegisterPoint"];

/** Proof that two contradicting registers were signed. */
export type Evidence = Schemas["RegisterEvidence"];

export type Register = Schemas["Register"];

export type DirectoryEntry = Schemas["DirectoryEntry"];

export type Named = Schemas["Named"];

/** Part of a day in Japan, in minutes from midnight. */
export type Span = Schemas["Span"];

export const WEEKDAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

/** Hours that a reading takes. */
export type Turnaround = Schemas["Turnaround"];

export type Introduction = Schemas["Introduction"];

export type ProfileView = Schemas["ProfileView"];

/** A profile as its owner writes it. */
export type About = Omit<Schemas["About"], "absences" | "roster"> & {
  absences: Absence[] | null;
  roster: Turn[] | null;
};

export type OwnProfile = Omit<Schemas["OwnProfile"], "about"> & { about: About };

/** What is asked of the directory; an empty text asks nothing. */
export interface DirectoryQuestion {
  q: string;
  readers: "" | "true";
  qualification: string;
  region: string;
  modality: string;
  language: string;
  accepting: "" | "true" | "false";
  turnaround: string;
}

export type PatientName = Schemas["PatientName"];

export type StudySummary = Schemas["StudySummary"];

export type Instance = Schemas["Instance"];

export type Series = Schemas["Series"];

export type Study = Schemas["Study"];

export type Counterpart = Schemas["Counterpart"];

export type CaseState = Schemas["CaseState"];

export type TransferState = Schemas["TransferState"];

/** Why something stands still: a stable word, and when. */
export type Stuck = Schemas["Stuck"];

export type Transfer = Schemas["Transfer"];

export type DeliveryState = Schemas["DeliveryState"];

/** How an entry that was written at this node stands. */
export type Delivery = Schemas["Delivery"];

export type Urgency = Schemas["Urgency"];

export type CaseSummary = Schemas["CaseSummary"];

export type Consent = Schemas["Consent"];

export type TimelineEntry = Schemas["TimelineEntry"];

export type Report = Schemas["Report"];

/** A part of a report that may differ from one version to the next. */
export type ReportField = Schemas["ReportField"];

export type CaseDetail = Schemas["CaseDetail"];

export type NewCase = Schemas["NewRequest"];

/** How a case is closed: one of the two. */
export type Closing = Schemas["Closing"];

export type Agreement = Schemas["Agreement"];

export type NodeEvent = Schemas["NodeEvent"];

/** How the keys of whoever is signed in are protected. */
export type Security = Schemas["Security"];

/** What a device is told when it is enrolled, by its kind: here what an authenticator reads. */
export type Enrolment = Required<Schemas["Enrolment"]>;

export type RecoveryKit = Schemas["RecoveryKit"];

/** A small picture that lies first in a package; never for diagnosis. */
export type Preview = Schemas["Preview"];
