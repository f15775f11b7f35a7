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

export interface DirectoryEntry {
  fingerprint: string;
  name_ja: string;
  name_latin: string;
  institution: string | null;
  licence: Licence;
  qualifications: Qualification[];
  may_read: boolean;
  peer_id: string | null;
  online: boolean;
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
  sha256: string;
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
  "none" | "queued" | "connecting" | "transferring" | "delivered" | "opened" | "refused";

export interface Transfer {
  state: TransferState;
  done: number;
  total: number;
}

export type Urgency = "routine" | "urgent" | "emergency";

export interface CaseSummary {
  case_id: string;
  role: "requesting" | "consulting";
  state: CaseState;
  patient_name: string;
  study_instance_uid: string;
  /** Null while this node does not know her certificate. */
  with: Counterpart | null;
  question: string;
  region: string;
  urgency: Urgency;
  requested_at: string;
  due_at: string | null;
  transfer: Transfer;
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
}

export interface Report {
  entry_id: string;
  version: number;
  status: string;
  findings: string;
  impression: string;
  recommendations: string;
  author: string | null;
  signed_at: string;
}

export interface CaseDetail extends CaseSummary {
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
}

export interface ReportDraft {
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
  type: "case" | "agreement" | "job" | "peer" | "study";
  id: string;
}

/** How the keys of whoever is signed in are protected. */
export interface Security {
  second_factor: { kind: string; recovery_codes_left: number } | null;
  recovery_kit: boolean;
  auto_lock_seconds: number;
  kem_valid_until: string;
}

/** What an authenticator reads. */
export interface Enrolment {
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
