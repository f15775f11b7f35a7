import { address, get, segment, send } from "./client";
import type { FactorAnswer } from "./factor";
import type { components } from "./generated";
import type { KeptDraft, Saved } from "./reportTypes";

type Schemas = components["schemas"];

/** The reports of two readers side by side. */
export type Comparison = Schemas["Comparison"];

/** What two readers say together. */
export type Reconciliation = Schemas["Reconciliation"];

/** A second signature, or a dissent. */
export type CoSignature = Schemas["CoSignature"];

export type Stance = Schemas["Stance"];

/** By what somebody shows that it is she who signs. */
export interface Confirmation {
  passphrase: string;
  second_factor: FactorAnswer | null;
}

export interface NewOpinion extends Confirmation {
  /** The newest version of the other reader's report. */
  other: string;
  opinion: string;
  recommendations: string;
}

export interface NewCoSignature extends Confirmation {
  /** A reconciled opinion, or a version of a report. */
  of: string;
  stance: Stance;
  words: string;
}

const of = (caseId: string, rest: string) => `/cases/${segment(caseId)}/${rest}`;
const draftOf = (caseId: string) => of(caseId, "reconciliation-draft");

/** What two readers of a case do together. */
export const together = {
  reconcile: (caseId: string, opinion: NewOpinion) =>
    send<unknown>("POST", of(caseId, "reconciliations"), opinion),
  coSign: (caseId: string, signed: NewCoSignature) =>
    send<unknown>("POST", of(caseId, "co-signatures"), signed),
  draft: (caseId: string) =>
    get<{ draft: KeptDraft | null }>(draftOf(caseId)).then((answer) => answer.draft),
  saveDraft: (caseId: string, revision: number, content: object) =>
    send<Saved>("PUT", draftOf(caseId), { revision, content }),
  discardDraft: (caseId: string) => send<null>("DELETE", draftOf(caseId)),
};

/** Where a reconciled opinion lies as a file: for people, or for the PACS. */
export function opinionFile(caseId: string, entry: string, kind: "pdf" | "dcm"): string {
  return address(of(caseId, `reconciliations/${segment(entry)}/opinion.${kind}`));
}
