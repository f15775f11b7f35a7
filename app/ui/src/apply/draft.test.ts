import { expect, test } from "vitest";
import { complete, setupNode } from "../test/apply";
import { emptyDraft, piecesFor, piecesSent, readDraft, readPieces, stillWanted } from "./draft";
import { base64, MAX_EVIDENCE, MAX_PIECES, type Piece } from "./evidence";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function piece(kind: Piece["kind"], size = 10): Piece {
  const bytes = new Uint8Array(size);
  bytes.set(PNG);
  return { kind, name: `${kind}.png`, mediaType: "image/png", size, content: base64(bytes) };
}

test("a draft begins with what the node knows", () => {
  const empty = emptyDraft(setupNode);
  expect([empty.wanted, empty.deviceClass]).toEqual(["both", "portable"]);
  expect(empty.institution).toBe("さくら歯科クリニック");
  expect(emptyDraft({ ...setupNode, certified: true }).wanted).toBe("practitioner");
});

test("what was kept comes back as it was", () => {
  const claim = { claimed: true, number: "第77号", validTo: "2029-03-31", ground: "" };
  const kept = {
    ...complete,
    way: "hpki" as const,
    qualifications: { ...complete.qualifications, "oral-radiology": claim },
  };
  expect(readDraft(JSON.parse(JSON.stringify(kept)), emptyDraft(setupNode))).toEqual(kept);
});

test("what another version kept, or nobody, is no harm", () => {
  const empty = emptyDraft(setupNode);
  for (const kept of [null, undefined, 7, "x", [], {}, { qualifications: null }])
    expect(readDraft(kept, empty)).toEqual(empty);
  const odd = { nameJa: 5, wanted: "all", way: null, licenceType: "vet", owner: "nobody" };
  expect(readDraft({ ...odd, note: "x" }, empty)).toEqual({ ...empty, note: "x" });
});

test("attachments come back with their size and what they are", () => {
  // Sizes of each padding of base64.
  const kept = [piece("licence", 10), piece("identity", 11), piece("other", 12)];
  expect(readPieces(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
});

test("r24 what is no picture or PDF, or too much, is not taken up from a draft", () => {
  expect(readPieces(null)).toEqual([]);
  const text = { ...piece("other"), content: btoa("plain words") };
  expect(readPieces([null, 3, {}, text, { ...piece("other"), content: "%%" }])).toEqual([]);
  expect(readPieces([{ ...piece("licence"), kind: "malware" }])[0]?.kind).toBe("other");
  const many = Array.from({ length: MAX_PIECES + 1 }, () => piece("other"));
  expect(readPieces(many).length).toBe(MAX_PIECES);
  expect(readPieces([piece("licence", MAX_EVIDENCE), piece("other")]).length).toBe(1);
});

test("an institution's papers go with its node, the others with the person", () => {
  const pieces = [piece("licence"), piece("institution"), piece("other")];
  const [licence, institution, other] = pieces;
  expect(piecesFor(complete, "node", pieces)).toEqual([institution]);
  expect(piecesFor(complete, "practitioner", pieces)).toEqual([licence, other]);
});

test("r12 a licence that is left from another application is not sent with the node's", () => {
  const pieces = [piece("licence"), piece("qualification"), piece("institution"), piece("other")];
  const draft = { ...complete, wanted: "node" as const };
  expect(piecesFor(draft, "node", pieces)).toEqual(pieces.slice(2));
  expect(piecesSent(draft, pieces)).toEqual(pieces.slice(2));
  expect(piecesSent(complete, pieces)).toEqual(pieces);
});

test("whoever corrects a refusal does not apply again for what was issued", () => {
  expect(stillWanted(complete, false, [])).toBe("both");
  expect(stillWanted(complete, false, ["sato"])).toBe("both");
  expect(stillWanted(complete, false, ["tanaka"])).toBe("node");
  expect(stillWanted(complete, true, [])).toBe("practitioner");
  expect(stillWanted({ ...complete, wanted: "node" }, true, ["tanaka"])).toBe("node");
});
