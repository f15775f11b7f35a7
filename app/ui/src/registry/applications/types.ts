/** Applications as the registry's loopback API gives them. Times are seconds since 1970. */

import type { Page } from "../types";

export const STATES = ["received", "approved", "refused", "issued"] as const;
export type State = (typeof STATES)[number];

export type QualificationCode = "oral-radiology" | "diagnostic-radiology" | "equivalent";

/** What the imported list of specialists says about one claimed qualification. */
export type Verdict =
  | "listed"
  | "not-listed"
  | "listed-until"
  | "listed-under-another-name"
  | "listed-with-another-number"
  | "equivalence-claimed"
  | "no-list";

export interface ApplicationSummary {
  id: string;
  kind: "practitioner" | "node";
  subject: string;
  state: State;
  made_at: number;
  received_at: number;
  /** How many attachments. */
  evidence: number;
  countersigned: boolean;
  /** Fingerprint of what was issued for it. */
  credential: string | null;
}

export interface ApplicationRow extends ApplicationSummary {
  qualifications: { code: QualificationCode; verdict: Verdict }[];
}

/** A page of them, and how many wait for a decision in all. */
export interface ApplicationPage extends Page<ApplicationRow> {
  received: number;
  approved: number;
}

export interface ApplicationFilter {
  q: string;
  kind: "" | ApplicationSummary["kind"];
  state: "" | State;
  offset: number;
}

export interface Licence {
  jurisdiction: string;
  kind: "dentist" | "physician";
  number: string;
  registered_on: number | null;
}

export interface ClaimedQualification {
  code: QualificationCode;
  number: string | null;
  valid_to: number | null;
  ground: string | null;
}

export interface PractitionerClaims {
  kind: "practitioner";
  name: { japanese: string; latin: string };
  licence: Licence;
  qualifications: ClaimedQualification[];
  institution: string | null;
}

export interface NodeClaims {
  kind: "node";
  institution: string;
  institution_code: string;
  device_class: "fixed" | "portable" | "virtual-desktop";
  owner: "institution" | "private";
}

export interface EvidenceLabel {
  kind: "licence" | "qualification" | "identity" | "institution" | "other";
  name: string;
  media_type: "image/png" | "image/jpeg" | "application/pdf";
  /** Bytes. */
  length: number;
  sha256: string;
}

export type Weight = "good" | "unknown" | "warning" | "bad";

export interface Finding {
  code: string;
  weight: Weight;
  japanese: string;
  english: string;
  /** The claimed qualification that it is about. */
  qualification?: QualificationCode;
}

/** What an HPKI card's countersignature showed. */
export interface HpkiEvidence {
  subject: string;
  common_name: string | null;
  hc_role: Licence["kind"];
  issuer: string;
  serial: string;
  not_after: number;
  policies: string[];
  algorithm: string;
  root: string;
  revocation: { this_update: number; next_update: number; number: string | null } | null;
  checked_at: number;
}

export type Decision =
  | { decision: "refused"; at: number; by: string; reason: string }
  | {
      decision: "approved";
      at: number;
      by: string;
      /** What waits, or waited, for a second operator. */
      pending: string | null;
      provisional: boolean;
    };

export interface Application extends ApplicationSummary {
  application: {
    root: string;
    request: string;
    claims: PractitionerClaims | NodeClaims;
    contact: { email: string | null; telephone: string | null; note: string | null };
    evidence: EvidenceLabel[];
  };
  /** The applicant's public key, hexadecimal. */
  key: string;
  findings: Finding[];
  hpki: HpkiEvidence | null;
  decision: Decision | null;
}

export interface Approval {
  days: number;
  /** `CODE` or `CODE=GROUND`; left out for a node. */
  qualifications?: string[];
  provisional: boolean;
}

/** What an application that was taken in became: `new` is false when it was here already. */
export interface Received {
  id: string;
  new: boolean;
}

/** What came of asking one bootstrap host for what waits. */
export type Collected =
  | { url: string; bootstrap: string; received: Received[]; refused: number }
  | { url: string; code: string; detail: string };

export interface Specialist {
  licence_number: string;
  board: QualificationCode;
  board_number: string;
  name: string;
  valid_to: string;
}

export interface SpecialistPage extends Page<Specialist> {
  imported_at: number | null;
}
