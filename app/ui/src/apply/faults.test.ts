import { expect, test } from "vitest";
import { emptyDraft, type Draft } from "./draft";
import { faultsOfContact, faultsOfPerson, today } from "./faults";
import { complete, setupNode } from "../test/apply";

const TODAY = "2026-11-29";
const wrong = (part: Partial<Draft>) => faultsOfPerson({ ...complete, ...part }, TODAY);

test("a complete draft has no fault, and an empty one names all that is missing", () => {
  expect(wrong({})).toEqual({});
  expect(faultsOfContact(complete)).toEqual({});
  const empty = emptyDraft(setupNode);
  expect(faultsOfPerson(empty, TODAY)).toEqual({
    nameJa: "required",
    kana: "required",
    nameLatin: "required",
    id: "required",
    licenceNumber: "required",
  });
  expect(faultsOfContact(empty)).toEqual({ email: "reach" });
});

test("nothing is asked of a person when only the node applies", () => {
  expect(faultsOfPerson({ ...emptyDraft(setupNode), wanted: "node" }, TODAY)).toEqual({});
});

test("each name is written in its own letters", () => {
  expect(wrong({ kana: "田中 はなこ" })).toEqual({ kana: "kana" });
  expect(wrong({ kana: "タナカ　ハナコ" })).toEqual({});
  expect(wrong({ nameLatin: "田中" })).toEqual({ nameLatin: "latin" });
  expect(wrong({ nameLatin: "O’Brien-Müller Siân" })).toEqual({});
  for (const id of ["Tanaka", "田中", "a b", "a".repeat(33)])
    expect(wrong({ id })).toEqual({ id: "id" });
  expect(wrong({ nameJa: "あ".repeat(65) })).toEqual({ nameJa: "long" });
  expect(wrong({ nameJa: "　" })).toEqual({ nameJa: "required" });
});

test("r4 a Japanese licence is a number of up to seven digits, and was not registered tomorrow", () => {
  for (const licenceNumber of ["第123号", "12345678", "12 34"])
    expect(wrong({ licenceNumber }), licenceNumber).toEqual({ licenceNumber: "digits" });
  expect(wrong({ licenceNumber: "AB-12", jurisdiction: "DE" })).toEqual({});
  expect(wrong({ registeredOn: "2026-11-30" })).toEqual({ registeredOn: "future" });
  expect(wrong({ registeredOn: TODAY })).toEqual({});
  expect(wrong({ registeredOn: "" })).toEqual({});
});

test("r3 a qualification needs its number, and an equal ability its ground", () => {
  const claim = { claimed: true, number: "", validTo: "", ground: "" };
  const claimed = (code: keyof Draft["qualifications"], part: Partial<typeof claim>) =>
    wrong({ qualifications: { ...complete.qualifications, [code]: { ...claim, ...part } } });
  expect(claimed("oral-radiology", {})).toEqual({ "number.oral-radiology": "required" });
  expect(claimed("oral-radiology", { number: "77", validTo: "2026-11-28" })).toEqual({
    "validTo.oral-radiology": "past",
  });
  expect(claimed("oral-radiology", { number: "77", validTo: TODAY })).toEqual({});
  expect(claimed("equivalent", { ground: " " })).toEqual({ "ground.equivalent": "required" });
  expect(claimed("equivalent", { ground: "あ".repeat(901) })).toEqual({
    "ground.equivalent": "long",
  });
  expect(claimed("equivalent", { ground: "大学病院に 10 年勤務" })).toEqual({});
  // What is not claimed is not looked at.
  expect(claimed("equivalent", { claimed: false, validTo: "2000-01-01" })).toEqual({});
});

test("the registry can reach her by e-mail or by telephone", () => {
  const reach = (email: string, telephone: string) =>
    faultsOfContact({ ...complete, email, telephone });
  expect(reach("", "03-1234-5678")).toEqual({});
  expect(reach("tanaka@example.jp", "")).toEqual({});
  expect(reach(" ", "")).toEqual({ email: "reach" });
  for (const email of ["tanaka", "tanaka@example", "a b@example.jp", "a@b@example.jp"])
    expect(reach(email, ""), email).toEqual({ email: "email" });
  expect(reach(`${"a".repeat(64)}@example.jp`, "")).toEqual({ email: "long" });
  expect(faultsOfContact({ ...complete, note: "あ".repeat(901) })).toEqual({ note: "long" });
});

test("the day is the one on her own calendar", () => {
  expect(today(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
});
