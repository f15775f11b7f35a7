import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { problemOf } from "../backend/problem";
import { chooseLanguage } from "../i18n";
import { ProblemNote } from "./ProblemNote";

test("a rule of the consultation is told in its own words, in the language that is chosen", async () => {
  const refusal = {
    code: "kept",
    detail: "a report rests on these images: they belong to the record and are not erased",
    detail_ja: "報告書の根拠となった画像は診療記録の一部であり、消去できません。",
    next: "Leave them.",
    next_ja: "そのまま保存してください。",
  };
  render(<ProblemNote error={problemOf(409, refusal)} />);
  const shown = screen.getByRole("alert").textContent;
  expect(shown).toContain(refusal.detail_ja);
  expect(shown).toContain(refusal.next_ja);
  expect(shown).not.toMatch(/[a-z]/);
  chooseLanguage("en");
  expect(await screen.findByText(/^A report rests on these images/)).toBeTruthy();
  expect(screen.getByText("Leave them.")).toBeTruthy();
  chooseLanguage("ja");
});

test("a code of the node is told in our words and never in its English", () => {
  const refusal = { code: "damaged_log", detail: "a stored consultation", next: "keep it" };
  render(<ProblemNote error={problemOf(500, refusal)} />);
  expect(screen.getByRole("alert").textContent).toMatch(/書き換えられています/);
  expect(screen.getByRole("alert").textContent).not.toMatch(/consultation|keep/);
});
