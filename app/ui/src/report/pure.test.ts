import { expect, test } from "vitest";
import type { TemplateSection } from "../backend/reportTypes";
import { isTooth, nextTooth, TEETH, teethIn, toggleTooth } from "./teeth";
import { added, idFor, templateOf, withPhrase } from "./templates";
import { wordDiff } from "./wordDiff";

test("there are 52 teeth with a number, and no others", () => {
  expect(TEETH).toHaveLength(52);
  for (const none of [0, 10, 19, 49, 50, 56, 86, 99]) expect(isTooth(none)).toBe(false);
});

test("arrows stay in the dentition and cross the midline", () => {
  expect(nextTooth(11, "ArrowRight")).toBe(21);
  expect(nextTooth(11, "ArrowDown")).toBe(41);
  expect(nextTooth(18, "ArrowLeft")).toBe(18);
  expect(nextTooth(75, "ArrowRight")).toBe(75);
  expect(nextTooth(61, "ArrowLeft")).toBe(51);
  expect(nextTooth(11, "x")).toBe(null);
});

test("teeth are found in a text, put in and taken out, and other numbers stay", () => {
  expect(teethIn("48 と 38、99 は歯でない。2.11 mm、2026年")).toEqual([48, 38]);
  expect(toggleTooth("", 48)).toBe("48");
  expect(toggleTooth("48", 38)).toBe("48, 38");
  expect(toggleTooth("48, 38", 48)).toBe("38");
  expect(toggleTooth("下顎 48、38", 38)).toBe("下顎 48");
});

test("only words that differ are told, in Japanese and in English", () => {
  expect(wordDiff("同じ文", "同じ文")).toEqual([{ kind: "same", text: "同じ文" }]);
  expect(wordDiff("", "新しい")).toEqual([{ kind: "in", text: "新しい" }]);
  expect(wordDiff("a left molar is seen", "a right molar was seen")).toEqual([
    { kind: "same", text: "a " },
    { kind: "out", text: "left" },
    { kind: "in", text: "right" },
    { kind: "same", text: " molar " },
    { kind: "out", text: "is" },
    { kind: "in", text: "was" },
    { kind: "same", text: " seen" },
  ]);
  const long = Array.from({ length: 4_000 }, (_, at) => `word${at}`).join(" ");
  const other = Array.from({ length: 4_000 }, (_, at) => `other${at}`).join(" ");
  for (const [before, after] of [
    [long, `${long} end`],
    [long, other],
  ] as const) {
    const pieces = wordDiff(before, after);
    const of = (kind: "out" | "in") =>
      pieces
        .filter((one) => one.kind === "same" || one.kind === kind)
        .map((one) => one.text)
        .join("");
    expect(of("out")).toBe(before);
    expect(of("in")).toBe(after);
  }
});

const section: TemplateSection = {
  part: "findings",
  title: { ja: "歯根", en: "Roots" },
  text: { ja: "", en: "" },
  phrases: [],
};

test("a phrase goes to the cursor, else to its section, else to the end", () => {
  expect(withPhrase("ab", "X", 1, section, "ja")).toBe("aXb");
  expect(withPhrase("【歯根】正常。\n他", "癒合。", null, section, "ja")).toBe(
    "【歯根】正常。癒合。\n他",
  );
  expect(withPhrase("Roots: normal.\nOther", "Fused.", null, section, "en")).toBe(
    "Roots: normal. Fused.\nOther",
  );
  expect(withPhrase("他", "癒合。", null, section, "ja")).toBe("他\n癒合。");
  expect(withPhrase("", "癒合。", 0, section, "ja")).toBe("癒合。");
  expect(added("終わり。", "次", false)).toBe("終わり。次");
});

test("a template of one's own has a name that the node takes, and no other's", () => {
  expect(idFor("智歯（当院）", [])).toBe("own");
  expect(idFor("My Molar 1", ["my-molar-1"])).toBe("my-molar-1-2");
  const texts = { technique: "", findings: " 所見 ", impression: "", recommendations: "" };
  expect(templateOf("当院", "own", texts, "ja")).toEqual({
    format: 1,
    id: "own",
    name: { ja: "当院", en: "" },
    modalities: [],
    sections: [
      {
        part: "findings",
        title: { ja: "所見", en: "Findings" },
        text: { ja: "所見", en: "" },
        phrases: [],
      },
    ],
  });
});
