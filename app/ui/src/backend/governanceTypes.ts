export const POLICY_KINDS = ["management", "security", "incident"] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

export type DueWhat =
  | "incident"
  | "first_report"
  | "final_report"
  | "policy"
  | "acknowledgement"
  | "administrator"
  | "pledge"
  | "training"
  | "inspection"
  | "finding"
  | "review"
  | "display_check"
  | "constancy";

/** Something that is missing, overdue, or soon to be. */
export interface Due {
  what: DueWhat;
  state: "missing" | "overdue" | "soon" | "failed";
  about: string;
  name: string;
  day: string | null;
  wrong: boolean;
}

export interface Governance {
  today: string;
  due: Due[];
  /** The record of the incident that is open. */
  incident: string | null;
  practice: boolean;
  policies_required: boolean;
  people_required: boolean;
}

export const DUTIES = [
  "roles",
  "policies",
  "operation",
  "trail",
  "evidence",
  "privacy",
  "training",
  "inspection",
  "displays",
  "incidents",
] as const;
export type Duty = (typeof DUTIES)[number];
export const ROLES = ["administrator", "practitioner", "staff", "left"] as const;
export type Role = (typeof ROLES)[number];

export interface Mine {
  id: string;
  name: string;
  due: Due[];
  duties: Duty[];
  may_work: boolean;
}

export interface Member {
  id: string;
  name: string;
  role: Role | null;
  /** What she may do today. */
  duties: Duty[];
  /** What she was given besides the duties of her role. */
  given: Duty[];
  /** The last day of her role. */
  until: string | null;
}

export interface Roles {
  people: Member[];
  administered: boolean;
}

export interface ChecklistItem {
  word: string;
  area: "organisational" | "physical" | "technical" | "human";
  ja: string;
  en: string;
}

export interface Facts {
  institution: string | null;
  manager: string | null;
  administrator: string | null;
  contact: string | null;
  devices: string | null;
  record_years: number | null;
  image_years: number | null;
  /** Whether two persons sign every deletion; left out by older records. */
  deletion_by_two?: boolean | null;
}

export interface Draft {
  text: string;
  facts: Facts;
  from: string;
  until: string;
}

export type Outcome = "fits" | "finding" | "not_applicable";
export type Grade = "1A" | "1B" | "2";

export interface Person {
  id: string | null;
  name: string;
}

export interface Display {
  record: "display";
  name: string;
  model: string;
  width: number;
  height: number;
  /** Tenths of cd/m². */
  maximum: number;
  minimum: number;
  ambient?: number | null;
  grade: Grade;
  measured_with: string;
  next: string;
  retired?: boolean;
}

export interface InspectionAnswer {
  item: string;
  outcome: Outcome;
  note?: string | null;
  remedy?: string | null;
  due?: string | null;
}

/** What a person states; the node decides whether it is hers to state. */
export type Statement =
  | (Draft & { record: "policy"; kind: PolicyKind; language: "ja" | "en"; version: number })
  | { record: "acknowledgement"; policy: string }
  | { record: "assignment"; person: Person; role: Role; duties: Duty[]; until: string | null }
  | { record: "pledge"; person: Person; text: string; until: string }
  | {
      record: "training";
      person: Person;
      topic: string;
      given_by: string | null;
      on: string;
      until: string;
    }
  | { record: "inspection"; checklist: number; answers: InspectionAnswer[]; next: string }
  | { record: "remedy"; inspection: string; item: string; done: string }
  | { record: "review"; from: string; to: string; conclusions: string; next: string }
  | Display
  | { record: "display_check"; name: string; passed: boolean; note?: string | null }
  | {
      record: "incident";
      what: string;
      noticed: string;
      personal_data: boolean;
      malice: boolean;
      drill: boolean;
    }
  | {
      record: "response";
      incident: string;
      step: "note" | "first_report" | "final_report" | "end";
      what: string;
    }
  | { record: "hold"; case: string; why: string }
  | { record: "release"; hold: string; why: string };

export interface GovernanceRecord {
  id: string;
  number: number;
  at: string;
  by: string;
  name: string;
  statement: Statement;
}
