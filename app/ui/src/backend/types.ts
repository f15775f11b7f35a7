import type { CaseConversation, CaseDuties } from "./dutyTypes";
import type { Illustrations } from "./illustrationTypes";
import type { RefusalView } from "./problem";

/** Shapes of the node's loopback API, `/api/v1`. Names are the API's own. */

export interface Licence {
  kind: "dentist" | "physician";
  jurisdiction: string;
  number: string;
}

export interface Qualification {
  code: string;
  label_ja: string;
  label_en: string;
  valid_until?: string;
}

export interface Practitioner {
  id: string;
  fingerprint: string;
  name_ja: string;
  name_latin: string;
  licence: Licence;
  qualifications: Qualification[];
  /** True when this credential may sign a report. */
  may_read: boolean;
  valid_until: string;
}

/** Someone who can sign in at this node. */
export interface SignInChoice {
  id: string;
  name: string;
}

export interface Peer {
  peer_id: string;
  institution: string | null;
  practitioners: string[];
  direct: boolean;
  relayed: boolean;
}

export interface NodeStatus {
  version: string;
  peer_id: string;
  institution: string;
  node_fingerprint: string | null;
  /** Why nobody may work at this machine now: as it was started, or its certificate does not stand. */
  refused?: RefusalView | null;
  listening: string[];
  bootstraps: { address: string; connected: boolean }[];
  peers: Peer[];
  signed_in: Practitioner | null;
  network: string | null;
  register: RegisterView;
}

/** How well this node knows who holds a credential now. */
export interface RegisterView {
  entries: number;
  /** When the newest view of it was signed. */
  seen: string | null;
  freshness: "current" | "ageing" | "stale" | "never";
  /** Proofs held here that two contradicting registers were signed. */
  split_views: number;
}

/** A state of the register that the registry signed. */
export interface RegisterPoint {
  size: number;
  /** Hexadecimal. */
  root: string;
  signed_at: string;
}

/** Proof that two contradicting registers were signed. */
export interface Evidence {
  id: string;
  found: string;
  /** How they contradict each other; null when it cannot be verified here any more. */
  charge: "two-roots" | "not-a-prefix" | "size-fell" | null;
  /** Whether one is signed with a key that the root had already replaced. */
  replaced_key: boolean | null;
  smaller: RegisterPoint | null;
  larger: RegisterPoint | null;
}

export interface Register {
  entries: number;
  evidence: Evidence[];
}

export interface DirectoryEntry {
  fingerprint: string;
  name_ja: string;
  name_latin: string;
  institution: string | null;
  licence: Licence;
  qualifications: Qualification[];
  may_read: boolean;
  peer_id: string | null;
  /** Works at a node to which something can be sealed. */
  reachable: boolean;
  online: boolean;
  /** What she says of herself; null when she never did. */
  profile: ProfileView | null;
}

export interface Named {
  code: string;
  ja: string;
  en: string;
}

/** Part of a day in Japan, in minutes from midnight. */
export interface Span {
  day: (typeof WEEKDAYS)[number];
  from: number;
  until: number;
}

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
export interface Turnaround {
  usual: number;
  urgent: number | null;
}

export interface Introduction {
  japanese: string | null;
  english: string | null;
}

export interface ProfileView {
  seq: number;
  kana: string | null;
  regions: Named[];
  modalities: Named[];
  interests: Named[];
  other_interests: string[];
  languages: Named[];
  hours: Span[];
  /** Null when she names no hours. */
  open_now: boolean | null;
  turnaround: Turnaround | null;
  /** Null when she does not say. */
  accepting: boolean | null;
  accepting_until: string | null;
  urgent_phone: string | null;
  introduction: Introduction;
  /** Address of the photo. */
  photo: string | null;
}

/** A profile as its owner writes it. */
export interface About {
  kana: string | null;
  regions: string[];
  modalities: string[];
  interests: string[];
  other_interests: string[];
  languages: string[];
  hours: Span[];
  turnaround: Turnaround | null;
  /** `until` in seconds since 1970. */
  availability: { accepting: boolean; until: number | null } | null;
  urgent_phone: string | null;
  introduction: Introduction;
}

export interface OwnProfile {
  /** Zero before the first one. */
  seq: number;
  issued_at?: string;
  about: About;
  photo: { media_type: string; base64: string } | null;
}

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

export interface PatientName {
  alphabetic: string;
  ideographic: string;
  phonetic: string;
}

export interface StudySummary {
  study_instance_uid: string;
  patient: { name: PatientName; id: string; birth_date: string; sex: string };
  study_date: string;
  description: string;
  accession_number: string;
  modalities: string[];
  series_count: number;
  instances: number;
  bytes: number;
  origin: "imported" | "received";
  case_id: string | null;
  /** Of a copy that this node made under a pseudonym: what the patient is called in it, and whether it is whole. */
  pseudonym: { code: string; finished: boolean } | null;
  /** What was odd about the text of its first image, and how it was read all the same. */
  notes: string[];
}

export interface Instance {
  sop_instance_uid: string;
  number: number | null;
  sop_class_uid: string;
  transfer_syntax_uid: string;
  /** Zero, as are columns and frames, when this is no image. */
  rows: number;
  columns: number;
  frames: number;
  bytes: number;
  /** Null until a received image was compared with what its sender signed. */
  sha256: string | null;
}

export interface Series {
  series_instance_uid: string;
  number: number | null;
  modality: string;
  description: string;
  instances: Instance[];
}

export interface Study extends StudySummary {
  series: Series[];
}

export interface Counterpart {
  fingerprint: string;
  name_ja: string;
  /** Missing while only the name on an agreement is known. */
  name_latin?: string;
  institution: string | null;
}

export type CaseState =
  | "awaiting_acceptance"
  | "accepted"
  | "declined"
  | "delivered"
  | "reported"
  | "read"
  | "closed"
  | "withdrawn";

export type TransferState =
  | "none"
  | "queued"
  | "connecting"
  | "transferring"
  | "delivered"
  | "awaiting_grant"
  | "opened"
  | "refused"
  | "cancelled";

/** Why something stands still: a stable word, and when. */
export interface Stuck {
  reason?: string | null;
  since?: string | null;
  next_try?: string | null;
}

export interface Transfer extends Stuck {
  state: TransferState;
  done: number;
  total: number;
  /** Bytes in a second, once that can be said. */
  rate?: number | null;
  seconds_left?: number | null;
}

export type DeliveryState =
  "queued" | "connecting" | "sending" | "delivered" | "opened" | "refused";

/** How an entry that was written at this node stands. */
export interface Delivery extends Stuck {
  state: DeliveryState;
}

export type Urgency = "routine" | "urgent" | "emergency";

export interface CaseSummary extends CaseDuties {
  case_id: string;
  role: "requesting" | "consulting";
  state: CaseState;
  patient_name: string;
  patient: { id: string };
  study_instance_uid: string;
  modalities: string[];
  /** As DICOM writes it; null while the study is not here. */
  study_date: string | null;
  /** Likewise. */
  study_description: string | null;
  /** Whoever asked, as the request names her. */
  requester: { name: string; institution: string };
  /** Null while this node does not know her certificate. */
  with: Counterpart | null;
  question: string;
  region: string;
  urgency: Urgency;
  requested_at: string;
  due_at: string | null;
  transfer: Transfer;
  /** Entries of this node that the other side does not have yet. */
  waiting?: (Delivery & { entries: number }) | null;
  report: { status: string; version: number } | null;
  unread: boolean;
}

export interface Consent {
  explained_by: string;
  explained_at: string;
  scope: string;
}

export interface TimelineEntry {
  entry_id: string;
  type: string;
  by: string | null;
  at: string;
  verified: boolean;
  summary_ja: string;
  summary_en: string;
  /** Why, in the author's own words; null for entries that need none. */
  reason?: string | null;
  /** Null for what others wrote. */
  delivery?: Delivery | null;
}

export interface Report {
  entry_id: string;
  version: number;
  status: string;
  findings: string;
  impression: string;
  recommendations: string;
  /** Null for a report of words. */
  illustrations?: Illustrations | null;
  author: string | null;
  signed_at: string;
  /** The request or forward that it answers. */
  request: string;
  /** Whether I signed it. */
  mine: boolean;
  /** Whether it is its reader's newest version. */
  newest: boolean;
  /** The version before it, and why it was not left so. */
  predecessor: string | null;
  reason: string | null;
  changed: { field: ReportField; before: string; after: string }[];
  read_at: string | null;
  informed_at: string | null;
}

/** A part of a report that may differ from one version to the next. */
export type ReportField = "findings" | "impression" | "recommendations" | "technique";

export interface CaseDetail extends CaseSummary, CaseConversation {
  justification: string;
  history: string;
  consent: Consent;
  timeline: TimelineEntry[];
  reports: Report[];
}

export interface NewCase {
  study_instance_uid: string;
  /** Fingerprint of the reader's certificate. */
  with: string;
  question: string;
  history: string;
  region: string;
  justification: string;
  consent: Consent;
  urgency: Urgency;
  /** Goes under a pseudonym; how, when not as usual. */
  pseudonymise?: Record<string, unknown>;
  /** `acknowledge` of the findings that were looked at. */
  acknowledged?: string[];
}

export interface ReportDraft extends Partial<Illustrations> {
  findings: string;
  impression: string;
  recommendations: string;
}

/** How a case is closed: one of the two. */
export type Closing = { patient_informed_by: string } | { not_informed_because: string };

export interface Agreement {
  id: string;
  state: "proposed" | "in_force" | "expired";
  with: Counterpart;
  proposed_by_me: boolean;
  terms: string;
  valid_from: string;
  valid_until: string;
}

export interface NodeEvent {
  type: "case" | "alarm" | "duty" | "agreement" | "job" | "peer" | "study" | "credential";
  id: string;
}

/** How the keys of whoever is signed in are protected. */
export interface Security {
  second_factor: { kind: string; recovery_codes_left: number } | null;
  recovery_kit: boolean;
  auto_lock_seconds: number;
  kem_valid_until: string;
}

/** What a device is told when it is enrolled, by its kind: here what an authenticator reads. */
export interface Enrolment {
  kind: "totp";
  uri: string;
  secret: string;
  qr_svg: string;
}

export interface RecoveryKit {
  sheets: string[];
  needed: number;
  /** The page to print, HTML. */
  page: string;
}

/** A small picture that lies first in a package; never for diagnosis. */
export interface Preview {
  index: number;
  kind: "axial_mip" | "panoramic" | "cross_section" | "other";
  series_instance_uid: string;
}
