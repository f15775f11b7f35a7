import type { Illustrations } from "./illustrationTypes";

/** What is seen at one tooth (ISO 3950); of a supernumerary tooth, the one beside which it lies. */
export interface ToothFinding {
  tooth: number;
  supernumerary: boolean;
  words: string;
}

/** The texts of a report, in the order in which they are read. */
export const REPORT_TEXTS = ["technique", "findings", "impression", "recommendations"] as const;
export type ReportText = (typeof REPORT_TEXTS)[number];

/** A report, as it is signed. */
export interface ReportDraft extends Partial<Illustrations> {
  findings: string;
  impression: string;
  recommendations: string;
  technique?: string;
  template?: string | null;
  teeth?: ToothFinding[];
}

/** Words in both languages; one of them may be empty. */
export interface Bilingual {
  ja: string;
  en: string;
}

export interface TemplateSection {
  part: ReportText;
  title: Bilingual;
  /** What it says when nothing is wrong. */
  text: Bilingual;
  phrases: Bilingual[];
}

/** The form of a report. */
export interface Template {
  format: 1;
  id: string;
  name: Bilingual;
  /** For which it is offered first; none: for all. */
  modalities: string[];
  sections: TemplateSection[];
}

export interface Templates {
  built_in: Template[];
  own: Template[];
}

/** That a draft was saved: what the next saving continues. */
export interface Saved {
  revision: number;
  saved_at: string;
}

/** A draft as it was saved; only its author reads it. */
export interface KeptDraft extends Saved {
  /** Whether its author has signed a version since. */
  signed_since: boolean;
  content: Record<string, unknown>;
}

/** What somebody was writing in a case from which she was let go before she could sign. */
export interface LeftDraft extends KeptDraft {
  case_id: string;
  of: "report" | "opinion";
}

/** What is agreed with another practitioner; what is left out is as usual. */
export interface AgreementWishes {
  /** Fingerprint of her certificate. */
  with: string;
  /** Whom to call in an emergency, and the number. */
  emergency_contact: string;
  turnaround_hours?: number;
  retention_years?: number;
  fees?: string;
}
