import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { asked } from "../backend/audit";
import { answer, show } from "../test/node";
import { AuditPage } from "./AuditPage";

const row = {
  seq: 7,
  at: "2026-11-30T01:00:00Z",
  actor: { id: "sato", name: "佐藤 一郎", person: true },
  action: "report_pdf",
  object: "c1",
  outcome: "success",
  patient: { id: "P-001", name: "山田 太郎", issuer: "田中歯科", birth_date: "19800102" },
  case: "c1",
  event: { code: "110103", name: "DICOM Instances Accessed" },
  what_en: "read the report (PDF)",
  what_ja: "レポート閲覧 (PDF)",
  indicator: 0,
};

const bare = { since: "", until: "", actor: "", patient: "", event: "", failures: false };

test("r24 the trail is shown, looked through and paged", async () => {
  const question = { ...bare, patient: "P-001", failures: true };
  const calls = answer({
    "GET /api/v1/audit": { body: { rows: [row], head: { seq: 7, hash: "ab" } } },
    "GET /api/v1/audit?before=7": {
      body: { rows: [{ ...row, seq: 1, indicator: 8, outcome: "refused" }], head: row },
    },
    [`GET /api/v1/audit${asked(question)}`]: { body: { rows: [], head: row } },
  });
  show(<AuditPage />);
  const link = await screen.findByRole("link", { name: "レポート閲覧 (PDF)" });
  expect(link.getAttribute("href")).toBe("#/cases/c1");
  expect(screen.getByText("山田 太郎 P-001")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "さらに古い記録を表示" }));
  expect(await screen.findByText("refused")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "さらに古い記録を表示" })).toBeNull();
  const search = within(screen.getByRole("search"));
  await userEvent.type(search.getByLabelText("患者 ID"), " P-001 ");
  await userEvent.click(search.getByLabelText("失敗・拒否だけを表示"));
  await userEvent.click(search.getByRole("button", { name: "表示する" }));
  expect(await screen.findByText("この条件に合う記録はありません。")).toBeTruthy();
  expect(calls.at(-1)?.path).toBe("/api/v1/audit?patient=P-001&failures=true");
});

test("a day that is named is looked through to its end", () => {
  const parts = new URLSearchParams(asked({ ...bare, since: "2026-11-30", until: "2026-11-30" }));
  const [from, to] = [parts.get("since"), parts.get("until")].map((text) => Date.parse(text ?? ""));
  expect((to ?? 0) - (from ?? 0)).toBe(86_400_000);
});

test("r12 what was disclosed of a patient is listed for her", async () => {
  answer({
    "GET /api/v1/audit": { body: { rows: [], head: { seq: 0, hash: "" } } },
    "GET /api/v1/audit/disclosures?patient=P-001": {
      body: {
        patient: row.patient,
        institution: "田中歯科",
        made_at: row.at,
        made_by: "田中 花子",
        disclosures: [{ ...row, who: "sato", name: "佐藤 一郎" }],
      },
    },
  });
  show(<AuditPage />);
  const list = within(screen.getByRole("region", { name: "患者への開示記録" }));
  await userEvent.type(list.getByLabelText("患者 ID"), "P-001");
  await userEvent.click(list.getByRole("button", { name: "開示記録を作る" }));
  expect(await list.findByText("佐藤 一郎")).toBeTruthy();
  expect(list.getByText(/田中 花子 が作成/)).toBeTruthy();
});
