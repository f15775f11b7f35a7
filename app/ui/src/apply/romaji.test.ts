import { expect, test } from "vitest";
import { hiragana, romaji } from "./romaji";

test("a name in kana is written as in a passport", () => {
  for (const [kana, latin] of [
    ["たなか はなこ", "Tanaka Hanako"],
    ["スズキ　イチロウ", "Suzuki Ichiro"],
    ["さとう ゆうこ", "Sato Yuko"],
    ["おおの じゅんいち", "Ono Junichi"],
    ["はっとり しんぺい", "Hattori Shimpei"],
    ["ほっち きょうへい", "Hotchi Kyohei"],
    ["なんば ちづる", "Namba Chizuru"],
    ["せのお", "Senoo"],
    ["いのうえ こうた", "Inoue Kota"],
    ["まつうら ゆうき", "Matsuura Yuki"],
  ] as const) {
    expect(romaji(kana), kana).toBe(latin);
  }
});

test("what is not kana gives no suggestion", () => {
  expect(romaji("田中 花子")).toBe("");
  expect(romaji("")).toBe("");
  expect(hiragana("タナカ")).toBe("たなか");
});
