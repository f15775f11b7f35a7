import type { DeviceClass, DeviceOwner, QualificationCode, SetupNode } from "../backend/setupTypes";
import { MAX_EVIDENCE, MAX_PIECES, EVIDENCE_KINDS, mediaTypeOf, type Piece } from "./evidence";

/** For whom certificates are applied for. */
export type Wanted = "both" | "node" | "practitioner";
/** How the applications get to the registry. */
export type Way = "send" | "file" | "hpki";

export interface ClaimedQualification {
  claimed: boolean;
  number: string;
  validTo: string;
  ground: string;
}

/** The application as it is being filled in. A passphrase is never part of it: the node keeps it meanwhile. */
export interface Draft {
  wanted: Wanted;
  deviceClass: DeviceClass;
  owner: DeviceOwner;
  nameJa: string;
  kana: string;
  nameLatin: string;
  id: string;
  licenceType: "dentist" | "physician";
  jurisdiction: string;
  licenceNumber: string;
  registeredOn: string;
  qualifications: Record<QualificationCode, ClaimedQualification>;
  institution: string;
  email: string;
  telephone: string;
  note: string;
  way: Way;
}

export const QUALIFICATIONS: readonly QualificationCode[] = [
  "oral-radiology",
  "diagnostic-radiology",
  "equivalent",
];
export const DEVICE_CLASSES: readonly DeviceClass[] = ["fixed", "portable", "virtual-desktop"];
export const OWNERS: readonly DeviceOwner[] = ["institution", "private"];
const WANTED: readonly Wanted[] = ["both", "node", "practitioner"];
const WAYS: readonly Way[] = ["send", "file", "hpki"];

const none: ClaimedQualification = { claimed: false, number: "", validTo: "", ground: "" };

export function emptyDraft(node: SetupNode): Draft {
  return {
    wanted: node.certified ? "practitioner" : "both",
    deviceClass: oneOf(DEVICE_CLASSES, node.institution.device_class, "fixed"),
    owner: "institution",
    nameJa: "",
    kana: "",
    nameLatin: "",
    id: "",
    licenceType: "dentist",
    jurisdiction: "JP",
    licenceNumber: "",
    registeredOn: "",
    qualifications: { "oral-radiology": none, "diagnostic-radiology": none, equivalent: none },
    institution: node.institution.name,
    email: "",
    telephone: "",
    note: "",
    way: "send",
  };
}

/** What the node kept, as far as it is what this page writes. */
export function readDraft(kept: unknown, empty: Draft): Draft {
  const from = record(kept);
  const text = (name: keyof Draft, otherwise: string) =>
    typeof from[name] === "string" ? from[name] : otherwise;
  const claims = record(from["qualifications"]);
  const claim = (code: QualificationCode): ClaimedQualification => {
    const one = record(claims[code]);
    const of = (name: string) => (typeof one[name] === "string" ? one[name] : "");
    return {
      claimed: one["claimed"] === true,
      number: of("number"),
      validTo: of("validTo"),
      ground: of("ground"),
    };
  };
  return {
    wanted: oneOf(WANTED, from["wanted"], empty.wanted),
    deviceClass: oneOf(DEVICE_CLASSES, from["deviceClass"], empty.deviceClass),
    owner: oneOf(OWNERS, from["owner"], empty.owner),
    nameJa: text("nameJa", ""),
    kana: text("kana", ""),
    nameLatin: text("nameLatin", ""),
    id: text("id", ""),
    licenceType: oneOf(["dentist", "physician"] as const, from["licenceType"], "dentist"),
    jurisdiction: text("jurisdiction", "JP"),
    licenceNumber: text("licenceNumber", ""),
    registeredOn: text("registeredOn", ""),
    qualifications: {
      "oral-radiology": claim("oral-radiology"),
      "diagnostic-radiology": claim("diagnostic-radiology"),
      equivalent: claim("equivalent"),
    },
    institution: text("institution", empty.institution),
    email: text("email", ""),
    telephone: text("telephone", ""),
    note: text("note", ""),
    way: oneOf(WAYS, from["way"], "send"),
  };
}

/** The attachments that the node kept. */
export function readPieces(kept: unknown): Piece[] {
  if (!Array.isArray(kept)) return [];
  const pieces: Piece[] = [];
  let size = 0;
  for (const one of (kept as unknown[]).slice(0, MAX_PIECES).map(record)) {
    const { name, content } = one;
    if (typeof name !== "string" || typeof content !== "string") continue;
    let head: Uint8Array;
    try {
      head = Uint8Array.from(atob(content.slice(0, 16)), (letter) => letter.charCodeAt(0));
    } catch {
      continue;
    }
    const mediaType = mediaTypeOf(head);
    const length = Math.floor((content.length * 3) / 4) - (/=*$/.exec(content)?.[0].length ?? 0);
    size += length;
    if (!mediaType || size > MAX_EVIDENCE) continue;
    const kind = oneOf(EVIDENCE_KINDS, one["kind"], "other");
    pieces.push({ kind, name, content, mediaType, size: length });
  }
  return pieces;
}

export const forNode = (draft: Draft) => draft.wanted !== "practitioner";
export const forPerson = (draft: Draft) => draft.wanted !== "node";

/** What is left of "both" when one of them was issued and the other refused. `issued` are practitioners' ids. */
export function stillWanted(draft: Draft, certified: boolean, issued: readonly string[]): Wanted {
  if (draft.wanted !== "both") return draft.wanted;
  if (certified) return "practitioner";
  return issued.includes(draft.id) ? "node" : "both";
}

/** Which attachments go with which application: an institution's papers with its node's, a person's never. */
export function piecesFor(draft: Draft, kind: "node" | "practitioner", pieces: Piece[]): Piece[] {
  if (draft.wanted === "both")
    return pieces.filter((piece) => (piece.kind === "institution") === (kind === "node"));
  if (kind === "practitioner") return pieces;
  return pieces.filter((piece) => piece.kind !== "licence" && piece.kind !== "qualification");
}

/** The attachments that are sent at all. */
export function piecesSent(draft: Draft, pieces: Piece[]): Piece[] {
  return draft.wanted === "node" ? piecesFor(draft, "node", pieces) : pieces;
}

function oneOf<T extends string>(known: readonly T[], value: unknown, otherwise: T): T {
  return known.find((one) => one === value) ?? otherwise;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
