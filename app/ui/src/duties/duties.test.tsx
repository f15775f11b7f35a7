import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { ListedUrgent, UrgentFinding } from "../backend/dutyTypes";
import type { CaseDetail } from "../backend/types";
import { CasePage } from "../consultation/CasePage";
import { readingCase, reportedCase } from "../test/cases";
import { dentist, specialist, studySummary } from "../test/fixtures";
import { answer, show } from "../test/node";
import { Alarm } from "./Alarm";
import { DutyList } from "./DutyList";

const finding: UrgentFinding = {
  entry_id: "u1",
  category: "minutes",
  finding: "気道を圧迫する腫瘤",
  advice: "直ちに専門病院へ",
  contact: "03-1234-5678",
  identified_at: "2026-11-24T06:00:00Z",
  signed_at: "2026-11-24T06:01:00Z",
  by: specialist,
  mine: false,
  delivery: null,
  acknowledged: null,
  contacts: [{ kind: "reader", name: "鈴木 一郎", text: "03-1234-5678" }],
};

function open(detail: CaseDetail, more: Parameters<typeof answer>[0] = {}) {
  const calls = answer({
    "GET /api/v1/cases/c1": { body: detail },
    "GET /api/v1/studies": { body: [studySummary] },
    ...more,
  });
  show(<CasePage id="c1" me={dentist} />);
  return calls;
}

const posted = (calls: ReturnType<typeof answer>, path: string) =>
  calls.find((call) => call.method === "POST" && call.path.endsWith(path))?.body;

test("r9 an urgent finding is acknowledged by a person's name, and tells whom to telephone", async () => {
  const calls = open(
    { ...reportedCase, alarm: true, urgent: [finding] },
    { "POST /api/v1/cases/c1/urgent/u1/acknowledge": { body: {} } },
  );
  await screen.findByText("気道を圧迫する腫瘤");
  screen.getByText("03-1234-5678");
  await userEvent.click(screen.getByRole("button", { name: "確認した" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.clear(dialog.getByLabelText(/確認した人/));
  await userEvent.click(dialog.getByRole("button", { name: "確認した" }));
  expect(posted(calls, "acknowledge")).toBeUndefined();
  await userEvent.type(dialog.getByLabelText(/確認した人/), "佐藤 次郎");
  await userEvent.click(dialog.getByRole("radio", { name: "電話" }));
  await userEvent.click(dialog.getByRole("button", { name: "確認した" }));
  await waitFor(() =>
    expect(posted(calls, "acknowledge")).toEqual({
      by: "佐藤 次郎",
      channel: "telephone",
      note: "",
    }),
  );
});

test("r9 a reader tells an urgent finding before there is any report, and only whole", async () => {
  const calls = open(readingCase, { "POST /api/v1/cases/c1/urgent": { body: {} } });
  await userEvent.click(await screen.findByRole("button", { name: "緊急所見を知らせる" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.type(dialog.getByLabelText(/所見/), "気道狭窄");
  await userEvent.click(dialog.getByRole("button", { name: "いますぐ知らせる" }));
  expect(dialog.getAllByText("入力してください。")).toHaveLength(2);
  await userEvent.type(dialog.getByLabelText(/必要な対応/), "救急へ");
  await userEvent.type(dialog.getByLabelText(/電話番号/), "03-1");
  await userEvent.click(dialog.getByRole("button", { name: "いますぐ知らせる" }));
  await waitFor(() =>
    expect(posted(calls, "/urgent")).toEqual({
      category: "minutes",
      finding: "気道狭窄",
      advice: "救急へ",
      contact: "03-1",
    }),
  );
});

test("r9 the alarm stays on every page until it is acknowledged, and can only be silenced for a while", async () => {
  const listed: ListedUrgent = {
    ...finding,
    case_id: "c1",
    patient_name: "山田 太郎",
    role: "requesting",
    due_at: null,
    stage: null,
  };
  const done = { entry_id: "a1", by: "x", at: "2026-11-24T07:00:00Z", note: "" };
  answer({
    "GET /api/v1/urgent": {
      body: [
        listed,
        {
          ...listed,
          entry_id: "u2",
          patient_name: "別の患者",
          acknowledged: { ...done, channel: "screen" },
        },
      ],
    },
  });
  show(<Alarm signedIn />);
  const bar = within(await screen.findByRole("alert"));
  expect(bar.getByRole("link", { name: "山田 太郎" }).getAttribute("href")).toBe("#/cases/c1");
  expect(bar.queryByText("別の患者")).toBeNull();
  await userEvent.click(bar.getByRole("button", { name: /音を止める/ }));
  bar.getByRole("link", { name: "山田 太郎" });
  expect(bar.queryByRole("button")).toBeNull();
});

test("r10 an incidental finding is resolved with what became of it", async () => {
  const calls = open(
    {
      ...reportedCase,
      incidental: [
        {
          entry_id: "i1",
          finding: "上顎洞の粘膜肥厚",
          advice: "耳鼻科へ",
          owner: null,
          mine: true,
          due_at: "2026-11-20T00:00:00Z",
          overdue: true,
          signed_at: "2026-11-10T00:00:00Z",
          by: specialist,
          resolved: null,
        },
      ],
    },
    { "POST /api/v1/cases/c1/incidental/i1/resolve": { body: {} } },
  );
  await screen.findByText(/期限を過ぎています/);
  await userEvent.click(screen.getByRole("button", { name: "結果を記録" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.selectOptions(dialog.getByLabelText(/結果/), "referred");
  await userEvent.type(dialog.getByLabelText(/内容/), "東都病院 耳鼻科");
  await userEvent.click(dialog.getByRole("button", { name: "結果を記録" }));
  await waitFor(() =>
    expect(posted(calls, "resolve")).toEqual({
      resolution: "referred",
      note: "東都病院 耳鼻科",
    }),
  );
});

test("r7 a doubt is asked, and whoever was asked answers", async () => {
  const query = {
    entry_id: "q1",
    from: null,
    to: null,
    about: "e1",
    question: "左右は正しいか",
    asked_at: "2026-11-24T08:00:00Z",
    mine: false,
    for_me: true,
    answer: null,
  };
  const calls = open(
    { ...reportedCase, queries: [query] },
    {
      "POST /api/v1/cases/c1/queries/q1/answer": { body: {} },
      "POST /api/v1/cases/c1/queries": { body: {} },
    },
  );
  await userEvent.click(await screen.findByRole("button", { name: "回答する" }));
  await userEvent.type(screen.getByRole("textbox", { name: /回答/ }), "右が正しい");
  await userEvent.click(screen.getByRole("button", { name: "署名して送る" }));
  await waitFor(() => expect(posted(calls, "answer")).toEqual({ answer: "右が正しい" }));
  await userEvent.click(screen.getByRole("button", { name: "疑義を照会する" }));
  await userEvent.type(screen.getByRole("textbox", { name: /照会の内容/ }), "嚢胞か");
  await userEvent.click(screen.getByRole("button", { name: "署名して送る" }));
  await waitFor(() => expect(posted(calls, "queries")).toEqual({ question: "嚢胞か" }));
});

test("what is due is listed, and what is late says whom to telephone", async () => {
  const duty = {
    case_id: "c1",
    patient_name: "山田 太郎",
    duty: "read" as const,
    entry: "e1",
    owner: specialist,
    mine: false,
    due_at: "2026-11-24T08:00:00Z",
    stage: "warn" as const,
    contacts: finding.contacts,
  };
  answer({ "GET /api/v1/duties": { body: [duty] } });
  show(<DutyList />);
  await screen.findByText(/報告書の確認/);
  screen.getByText(/鈴木 一郎 先生の対応待ち/);
  screen.getByText(/期限を過ぎています/);
  screen.getByText("03-1234-5678");
});
