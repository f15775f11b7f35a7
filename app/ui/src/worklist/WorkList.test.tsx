import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { CaseSummary, StudySummary } from "../backend/types";
import { chooseLanguage } from "../i18n";
import { reportedCase } from "../test/cases";
import { studySummary } from "../test/fixtures";
import { answer, show } from "../test/node";
import { WorkList } from "./WorkList";

function open(cases: CaseSummary[], studies: StudySummary[] = []) {
  answer({
    "GET /api/v1/cases?limit=100": { body: cases },
    "GET /api/v1/studies": { body: studies },
    "GET /api/v1/agreements": { body: [] },
  });
  show(<WorkList />);
}

/** The text of the row of a case. */
async function row(id: string): Promise<string> {
  await screen.findAllByRole("row");
  return document.querySelector(`[data-case="${id}"]`)?.textContent ?? "";
}

test("cases with the same patient and question are told apart", async () => {
  const other: CaseSummary = {
    ...reportedCase,
    case_id: "c2",
    role: "consulting",
    patient: { id: "P-002" },
    modalities: ["MR", "SR"],
    study_date: null,
    study_description: null,
    requester: { name: "高橋 次郎", institution: "みどり歯科" },
    with: null,
  };
  open([reportedCase, other]);
  const first = await row("c1");
  for (const part of ["P-001", "CT", "検査日 2026/11/20", "CBCT 下顎", "東都大学歯学部附属病院"])
    expect(first).toContain(part);
  const second = await row("c2");
  for (const part of ["P-002", "MR", "SR", "高橋 次郎", "依頼元：みどり歯科"])
    expect(second).toContain(part);
  expect(second).not.toContain("検査日");
  chooseLanguage("en");
  expect(await screen.findByText("Study of 20 Nov 2026")).toBeTruthy();
  expect(screen.getByText("From みどり歯科")).toBeTruthy();
  chooseLanguage("ja");
});

test("a row tells how far the images are", async () => {
  const moving = { ...reportedCase.transfer, state: "transferring" as const, done: 25, total: 100 };
  open([{ ...reportedCase, transfer: { ...moving, rate: 5, seconds_left: 15 } }]);
  const bar = await screen.findByRole("progressbar");
  expect([bar.getAttribute("value"), bar.getAttribute("max")]).toEqual(["25", "100"]);
  expect(bar.closest("tr")?.textContent).toContain("25");
});

test("a command in a sentence is shown as one, and not between backticks", async () => {
  open([]);
  const command = await screen.findByText("dokuei study import フォルダ");
  expect(command.tagName).toBe("CODE");
  const section = screen.getByRole("region", { name: "このノードの検査" });
  expect(within(section).queryByText(/`/)).toBeNull();
});

test("a study that the disk has damaged says so, and what is to be done", async () => {
  const bad = { ...studySummary, study_instance_uid: "1.9", damaged: 2 };
  open([], [studySummary, bad, { ...bad, study_instance_uid: "1.8", origin: "received" as const }]);
  const told = await screen.findAllByText(/読めなくなった画像が 2 枚/);
  expect(told.map((one) => one.closest("li")?.getAttribute("data-study"))).toEqual(["1.9", "1.8"]);
  expect(told[0]?.textContent).toContain("もう一度取り込んで");
  expect(told[1]?.textContent).toContain("自動で取り直し");
});

test("a name that was read by guess is to be looked at", async () => {
  const old = { ...studySummary, study_instance_uid: "1.9", notes: ["read_as_shift_jis"] };
  open(
    [],
    [studySummary, old, { ...old, study_instance_uid: "1.8", notes: ["undeclared_escape"] }],
  );
  const told = await screen.findAllByText(/氏名などが正しいか/);
  expect(told).toHaveLength(1);
  expect(told[0]?.closest("li")?.getAttribute("data-study")).toBe("1.9");
});
