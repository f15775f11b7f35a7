import { address, get } from "./client";

/** A row of the audit trail. */
export interface AuditRow {
  seq: number;
  at: string;
  actor: { id: string; name?: string; person: boolean };
  action: string;
  object: string;
  outcome: string;
  patient?: { id: string; name: string; issuer: string; birth_date: string };
  case?: string;
  event: { code: string; name: string };
  what_en: string;
  what_ja: string;
  /** 0 success; 4, 8, 12 worse and worse. */
  indicator: number;
}

export interface AuditRows {
  rows: AuditRow[];
  head: { seq: number; hash: string };
}

/** What is looked for; empty: everything. */
export interface AuditQuestion {
  since: string;
  until: string;
  actor: string;
  patient: string;
  event: string;
  failures: boolean;
}

/** What was disclosed of a patient. */
export interface Disclosures {
  patient: { id: string; name: string; issuer: string; birth_date: string };
  institution: string;
  made_at: string;
  made_by: string;
  disclosures: {
    seq: number;
    at: string;
    who: string;
    name?: string | null;
    what_en: string;
    what_ja: string;
  }[];
}

/** As the query of an address; days are those of this machine. */
export function asked(question: AuditQuestion, before?: number): string {
  const day = (text: string, more: number) => {
    const at = new Date(`${text}T00:00:00`);
    at.setDate(at.getDate() + more);
    return at.toISOString().replace(/\.\d+Z$/, "Z");
  };
  const parts = new URLSearchParams();
  if (question.since) parts.set("since", day(question.since, 0));
  // The day that is named is meant too.
  if (question.until) parts.set("until", day(question.until, 1));
  for (const name of ["actor", "patient", "event"] as const)
    if (question[name].trim() !== "") parts.set(name, question[name].trim());
  if (question.failures) parts.set("failures", "true");
  if (before !== undefined) parts.set("before", String(before));
  const text = parts.toString();
  return text === "" ? "" : `?${text}`;
}

export const audit = {
  rows: (question: AuditQuestion, before?: number) =>
    get<AuditRows>(`/audit${asked(question, before)}`),
  disclosures: (patient: string) =>
    get<Disclosures>(`/audit/disclosures?${new URLSearchParams({ patient }).toString()}`),
  /** Where the same lies as a page that she is given. */
  disclosuresPdf: ({ id, issuer, birth_date }: Disclosures["patient"]) => {
    const whose = new URLSearchParams({ patient: id });
    if (issuer) whose.set("institution", issuer);
    if (birth_date) whose.set("birth_date", birth_date);
    return address(`/audit/disclosures.pdf?${whose.toString()}`);
  },
};
