import { forPerson, QUALIFICATIONS, type Draft } from "./draft";

export type Fault =
  "required" | "long" | "kana" | "latin" | "id" | "digits" | "future" | "past" | "reach" | "email";

export type FaultName =
  | "nameJa" | "kana" | "nameLatin" | "id" | "licenceNumber" | "registeredOn" | "institution"
  | "email" | "telephone" | "note" | `number.${string}` | `validTo.${string}` | `ground.${string}`; // prettier-ignore

export type Faults = Partial<Record<FaultName, Fault>>;

/** The longest text of a certificate, characters; of a note. */
const LONGEST = 64;
const LONGEST_NOTE = 900;

/** What is wrong with the practitioner's own data; empty when it may go. `today` as `2026-11-29`. */
export function faultsOfPerson(draft: Draft, today: string): Faults {
  if (!forPerson(draft)) return {};
  const faults: Faults = {};
  const set = (name: FaultName, fault: Fault | null) => {
    if (fault) faults[name] ??= fault;
  };
  set("nameJa", text(draft.nameJa, true));
  set("kana", text(draft.kana, true) ?? pattern(draft.kana, /^[ぁ-ゖァ-ヺー・\s]+$/, "kana"));
  set(
    "nameLatin",
    text(draft.nameLatin, true) ?? pattern(draft.nameLatin, /^[\p{sc=Latin}\s.'’-]+$/u, "latin"),
  );
  set("id", pattern(draft.id, /^[a-z0-9_-]{1,32}$/, draft.id === "" ? "required" : "id"));
  set("licenceNumber", text(draft.licenceNumber, true));
  if (draft.jurisdiction === "JP")
    set("licenceNumber", pattern(draft.licenceNumber.trim(), /^\d{1,7}$/, "digits"));
  if (draft.registeredOn > today) set("registeredOn", "future");
  set("institution", text(draft.institution, true));
  for (const code of QUALIFICATIONS) {
    const claim = draft.qualifications[code];
    if (!claim.claimed) continue;
    set(`number.${code}`, text(claim.number, code !== "equivalent"));
    if (claim.validTo !== "" && claim.validTo < today) set(`validTo.${code}`, "past");
    if (code === "equivalent" && claim.ground.trim() === "") set(`ground.${code}`, "required");
    if (claim.ground.length > LONGEST_NOTE) set(`ground.${code}`, "long");
  }
  return faults;
}

/** What is wrong with how the registry reaches her. */
export function faultsOfContact(draft: Draft): Faults {
  const faults: Faults = {};
  if (draft.email.trim() === "" && draft.telephone.trim() === "") faults.email = "reach";
  else if (draft.email.trim() !== "" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(draft.email.trim()))
    faults.email = "email";
  else if (draft.email.length > LONGEST) faults.email = "long";
  if (draft.telephone.length > LONGEST) faults.telephone = "long";
  if (draft.note.length > LONGEST_NOTE) faults.note = "long";
  return faults;
}

function text(value: string, required: boolean): Fault | null {
  if (value.trim() === "") return required ? "required" : null;
  return Array.from(value).length > LONGEST ? "long" : null;
}

function pattern(value: string, wanted: RegExp, fault: Fault): Fault | null {
  return wanted.test(value) ? null : fault;
}

/** The day, local, as a date field writes it. */
export function today(now: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
