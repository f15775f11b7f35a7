import type { Licence, NodeClaims, QualificationCode } from "../applications/types";
import { areDays, YEAR } from "../days";
import type { RequestPem } from "../RequestFile";
import type { NewOrder } from "../types";

/** A certificate to be issued for a request on paper, as it is being typed. */
export interface IssueDraft {
  kind: "practitioner" | "node";
  request: RequestPem | null;
  nameJa: string;
  nameLatin: string;
  licence: Licence["kind"];
  licenceNumber: string;
  jurisdiction: string;
  /** YYYY-MM-DD, or empty when it is not known. */
  registeredOn: string;
  qualifications: QualificationCode[];
  /** Why a dentist is of equivalent ability. */
  ground: string;
  institution: string;
  institutionCode: string;
  device: NodeClaims["device_class"];
  owner: NodeClaims["owner"];
  days: string;
}

export const EMPTY: IssueDraft = {
  kind: "practitioner",
  request: null,
  nameJa: "",
  nameLatin: "",
  licence: "dentist",
  licenceNumber: "",
  jurisdiction: "JP",
  registeredOn: "",
  qualifications: [],
  ground: "",
  institution: "",
  institutionCode: "",
  device: "fixed",
  owner: "institution",
  days: YEAR,
};

/** Which qualifications to read go with a licence; none with one of another country. */
export function offered(draft: IssueDraft): QualificationCode[] {
  if (draft.jurisdiction !== "JP") return [];
  return draft.licence === "dentist" ? ["oral-radiology", "equivalent"] : ["diagnostic-radiology"];
}

/** What is ordered of those: a choice that another licence made impossible does not count. */
export function chosen(draft: IssueDraft): QualificationCode[] {
  return offered(draft).filter((code) => draft.qualifications.includes(code));
}

const NEEDED = {
  practitioner: ["nameJa", "nameLatin", "licenceNumber", "jurisdiction"],
  node: ["institution", "institutionCode"],
} as const;

/** What is still missing or wrong. */
export function wrongIn(draft: IssueDraft): (keyof IssueDraft)[] {
  const wrong: (keyof IssueDraft)[] = NEEDED[draft.kind].filter(
    (field) => draft[field].trim() === "",
  );
  if (draft.request === null) wrong.push("request");
  if (
    draft.kind === "practitioner" &&
    chosen(draft).includes("equivalent") &&
    !draft.ground.trim()
  ) {
    wrong.push("ground");
  }
  if (!areDays(draft.days)) wrong.push("days");
  return wrong;
}

/** In the registry's words. */
export function orderOf(draft: IssueDraft): NewOrder {
  const request = draft.request?.pem ?? "";
  const days = Number(draft.days);
  const institution = draft.institution.trim();
  if (draft.kind === "node") {
    return {
      kind: "node",
      request,
      institution,
      institution_code: draft.institutionCode.trim(),
      device_class: draft.device,
      owner: draft.owner,
      days,
    };
  }
  return {
    kind: "practitioner",
    request,
    name_ja: draft.nameJa.trim(),
    name_latin: draft.nameLatin.trim(),
    licence_type: draft.licence,
    licence_number: draft.licenceNumber.trim(),
    jurisdiction: draft.jurisdiction.trim(),
    registered_on: draft.registeredOn || null,
    qualifications: chosen(draft).map((code) =>
      code === "equivalent" ? `${code}=${draft.ground.trim()}` : code,
    ),
    institution: institution || null,
    days,
  };
}
