/** What the registry's loopback API answers. Times are seconds since 1970. */

import type {
  Licence,
  NodeClaims,
  PractitionerClaims,
  QualificationCode,
} from "./applications/types";

export interface OperatorSession {
  operator: string;
  named: boolean;
  /** There is no registry yet: its code is asked for, or was given. */
  set_up?: "code" | "open";
}

export interface Finding {
  code: string;
  detail: string;
}

export interface RegistryStatus {
  version: string;
  network: string;
  root_fingerprint: string;
  /** All roots there were, the first first. */
  roots: string[];
  issued: number;
  in_force: number;
  suspended: number;
  revoked: number;
  crl_number: number;
  crl_age: number | null;
  register: { size: number; root: string; signed_at: number };
  four_eyes: boolean;
  operators: number;
  pending: number;
  findings: Finding[];
}

/** A bootstrap host that the configuration names, or why it could not be asked. */
export type Bootstrap =
  | {
      url: string;
      peer_id: string;
      version: string;
      register: { entries: number; signed_at: number | null } | null;
      drop_box: { deposits: number; bytes: number } | null;
    }
  | { url: string; code: string; detail: string };

export type Standing = "in_force" | "suspended" | "superseded" | "revoked" | "expired";
export const STANDINGS: Standing[] = ["in_force", "suspended", "superseded", "revoked", "expired"];

export interface Credential {
  kind: "practitioner" | "node";
  fingerprint: string;
  serial: string;
  subject: string;
  validity: { not_before: number; not_after: number };
  issued_at: number;
  issued_by: string | null;
  revoked: { since: number; reason: string } | null;
  replaced_by: string | null;
  /** The application that it answers, or `import:` and a hash. */
  application: string | null;
  standing: Standing;
}

/** What a certificate says, as far as the console shows it. */
export type Certificate =
  | (Pick<PractitionerClaims, "name" | "institution"> & {
      licence: Licence;
      qualifications: {
        code: QualificationCode;
        body: string;
        valid_to: number;
        ground: string | null;
      }[];
      scope?: "provisional";
    })
  | Omit<NodeClaims, "kind">;

export interface CredentialDetail extends Credential {
  certificate: Certificate;
  chain: string;
}

export interface Page<T> {
  total: number;
  offset: number;
  items: T[];
}

export interface CredentialFilter {
  q: string;
  kind: "" | Credential["kind"];
  standing: "" | Standing;
  offset: number;
}

export interface Operators {
  four_eyes: boolean;
  operators: { name: string; key: string; since: number }[];
}

/** The words of the operator log. */
export const ACTS = [
  "issue",
  "renew",
  "rekey",
  "suspend",
  "reinstate",
  "revoke",
  "application_receive",
  "application_refuse",
  "approve",
  "reject",
  "import",
  "specialists_import",
  "operator_add",
  "operator_remove",
  "operator_passphrase",
  "authority_request",
  "authority_rotate",
  "root_rotate",
  "register_rekey",
  "set_up",
  "recovered",
] as const;
export type Act = (typeof ACTS)[number];

export interface LogFilter {
  operator: string;
  act: string;
  about: string;
  offset: number;
}

export interface LogRow {
  number: number;
  at: number;
  operator: string;
  act: string;
  about: string | null;
  detail: Record<string, unknown>;
  outcome: "done" | "refused" | "pending";
}

/** What an operator asked for; it waits for another. */
export type PendingWhat =
  | { act: "issue"; order: Order; application: string | null }
  | { act: "renew" | "rekey"; credential: string; days: number | null }
  | { act: "suspend" | "reinstate"; credential: string }
  | { act: "revoke"; credential: string; reason: string }
  | { act: "operator_add" | "operator_remove"; name: string }
  | { act: "import"; sha256: string; rows: number };

export type Order =
  | {
      kind: "practitioner";
      name_ja: string;
      name_latin: string;
      licence_type: Licence["kind"];
      licence_number: string;
      jurisdiction: string;
      qualifications: string[];
      institution: string | null;
      days: number | null;
      provisional?: boolean;
    }
  | (NodeClaims & { days: number | null });

/** What `POST /credentials` takes: an order with its request. */
export type NewOrder =
  | (Extract<Order, { kind: "practitioner" }> & { request: string; registered_on: string | null })
  | (Extract<Order, { kind: "node" }> & { request: string });

export interface Pending {
  id: string;
  at: number;
  proposed_by: string;
  about: string | null;
  what: PendingWhat;
}

/** RFC 5280 §5.3.1, those that an operator chooses. */
export const REASONS = [
  "keyCompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "privilegeWithdrawn",
  "unspecified",
] as const;
export type Reason = (typeof REASONS)[number];
