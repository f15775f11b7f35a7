import type { FactorAnswer } from "./factor";
import type { RefusalView } from "./problem";

/** How far the setting up of a node is. */
export interface SetupProgress {
  trusted: boolean;
  certified: boolean;
}

/** A registry's root certificate, as it names itself. */
export interface Root {
  name: string;
  /** SHA-256, hexadecimal. */
  fingerprint: string;
  network: string;
}

export type DeviceClass = "fixed" | "portable" | "virtual-desktop";
export type DeviceOwner = "institution" | "private";

/** What an application starts from. */
export interface SetupNode {
  institution: { name: string; code: string; device_class: string };
  root: Root | null;
  certified: boolean;
  /** How many bootstrap hosts are configured. */
  bootstraps: number;
}

/** Whether a passphrase may be chosen, and else why not. */
export interface Verdict {
  acceptable: boolean;
  code?: string;
  detail?: string;
  detail_ja?: string;
}

/** What the node keeps of a form that is being filled in. */
export interface KeptDraft {
  fields: unknown;
  evidence: unknown;
  sent: boolean;
}

export type QualificationCode = "oral-radiology" | "diagnostic-radiology" | "equivalent";
export type EvidenceKind = "licence" | "qualification" | "identity" | "institution" | "other";

export interface ApplicationForm {
  applicant:
    | { kind: "node"; device_class: DeviceClass; owner: DeviceOwner }
    | {
        kind: "practitioner";
        id: string;
        passphrase: string;
        second_factor: FactorAnswer | null;
        name_ja: string;
        name_latin: string;
        licence_type: string;
        licence_number: string;
        jurisdiction: string;
        registered_on: string | null;
        qualifications: {
          code: string;
          number: string | null;
          valid_to: string | null;
          ground: string | null;
        }[];
        institution: string | null;
      };
  contact: { email: string; telephone: string; note: string };
  evidence: { kind: EvidenceKind; name: string; content: string }[];
}

export type ApplicationState = "made" | "written" | "deposited" | "issued" | "refused";

/** An application of this node, and how it stands. */
export interface ApplicationView {
  id: string;
  kind: "practitioner" | "node";
  /** Her sign-in name. */
  practitioner: string | null;
  subject: string;
  state: ApplicationState;
  made_at: string;
  written_at: string | null;
  deposited_at: string | null;
  bootstrap: string | null;
  refused_at: string | null;
  reason: string | null;
  fingerprint: string | null;
}

/** Long work of the node. */
export interface JobView {
  id: string;
  state: "running" | "done" | "failed";
  done: number;
  total: number;
  error?: RefusalView;
}
