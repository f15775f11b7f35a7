import type { FactorAnswer } from "../backend/factor";
import type { ApplicationForm } from "../backend/setupTypes";
import { piecesFor, QUALIFICATIONS, type Draft } from "./draft";
import type { Piece } from "./evidence";

function contact(draft: Draft, person: boolean) {
  const reading = person && draft.kana.trim() !== "" ? `ふりがな：${draft.kana.trim()}` : "";
  return {
    email: draft.email.trim(),
    telephone: draft.telephone.trim(),
    note: [reading, draft.note.trim()].filter(Boolean).join("\n"),
  };
}

/** The practitioner's application, as the node wants it; only for a draft without faults. */
export function practitionerForm(
  draft: Draft,
  pieces: Piece[],
  secret: { passphrase: string; second_factor: FactorAnswer | null },
): ApplicationForm {
  const given = (text: string) => (text.trim() === "" ? null : text.trim());
  return {
    applicant: {
      kind: "practitioner",
      id: draft.id,
      ...secret,
      name_ja: draft.nameJa.trim(),
      name_latin: draft.nameLatin.trim(),
      licence_type: draft.licenceType,
      licence_number: draft.licenceNumber.trim(),
      jurisdiction: draft.jurisdiction,
      registered_on: given(draft.registeredOn),
      qualifications: QUALIFICATIONS.filter((code) => draft.qualifications[code].claimed).map(
        (code) => {
          const { number, validTo, ground } = draft.qualifications[code];
          return {
            code,
            number: given(number),
            valid_to: given(validTo),
            ground: code === "equivalent" ? given(ground) : null,
          };
        },
      ),
      institution: given(draft.institution),
    },
    contact: contact(draft, true),
    evidence: sent(piecesFor(draft, "practitioner", pieces)),
  };
}

/** The node's application. */
export function nodeForm(draft: Draft, pieces: Piece[]): ApplicationForm {
  return {
    applicant: { kind: "node", device_class: draft.deviceClass, owner: draft.owner },
    contact: contact(draft, false),
    evidence: sent(piecesFor(draft, "node", pieces)),
  };
}

function sent(pieces: Piece[]): ApplicationForm["evidence"] {
  return pieces.map(({ kind, name, content }) => ({ kind, name, content }));
}
