/** What the registry's loopback API answers. Times are seconds since 1970. */

export interface OperatorSession {
  operator: string;
  named: boolean;
}

export interface Finding {
  code: string;
  detail: string;
}

export interface RegistryStatus {
  version: string;
  network: string;
  root_fingerprint: string;
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
  standing: Standing;
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

export interface LogRow {
  number: number;
  at: number;
  operator: string;
  act: string;
  about: string | null;
  detail: string | null;
  outcome: "done" | "refused" | "pending";
}

export interface Pending {
  id: string;
  at: number;
  proposed_by: string;
  about: string | null;
  what: { act: string } & Record<string, unknown>;
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
