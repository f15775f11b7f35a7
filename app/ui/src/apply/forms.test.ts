import { expect, test } from "vitest";
import { complete } from "../test/apply";
import type { Piece } from "./evidence";
import { nodeForm, practitionerForm } from "./forms";

const pieces: Piece[] = (["licence", "institution"] as const).map((kind) => ({
  kind,
  name: `${kind}.pdf`,
  mediaType: "application/pdf",
  size: 5,
  content: "JVBERi0=",
}));
const secret = { passphrase: "hare nochi kumori 7 sai", second_factor: null };

test("r3 the person's form has what was typed, trimmed, and only what was claimed", () => {
  const claim = {
    claimed: true,
    number: " 第77号 ",
    validTo: "",
    ground: "typed, then not needed",
  };
  const draft = {
    ...complete,
    nameJa: " 田中 花子 ",
    note: "旧姓は佐藤です。",
    qualifications: { ...complete.qualifications, "oral-radiology": claim },
  };
  expect(practitionerForm(draft, pieces, secret)).toEqual({
    applicant: {
      kind: "practitioner",
      id: "tanaka",
      ...secret,
      name_ja: "田中 花子",
      name_latin: "Tanaka Hanako",
      licence_type: "dentist",
      licence_number: "123456",
      jurisdiction: "JP",
      registered_on: null,
      qualifications: [{ code: "oral-radiology", number: "第77号", valid_to: null, ground: null }],
      institution: "さくら歯科クリニック",
    },
    contact: {
      email: "tanaka@sakura.example",
      telephone: "",
      note: "ふりがな：たなか はなこ\n旧姓は佐藤です。",
    },
    evidence: [{ kind: "licence", name: "licence.pdf", content: "JVBERi0=" }],
  });
});

test("r20 the node's form says what the machine is and whose, and nothing of the person", () => {
  const form = nodeForm({ ...complete, deviceClass: "portable" }, pieces);
  expect(form.applicant).toEqual({
    kind: "node",
    device_class: "portable",
    owner: "institution",
  });
  expect(form.contact.note).toBe("");
  expect(form.evidence.map((one) => one.kind)).toEqual(["institution"]);
  expect(JSON.stringify(form)).not.toContain("たなか");
});
