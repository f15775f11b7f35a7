import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Agreement, RegisterView } from "../backend/types";
import { agreement, dentist, nodeStatus, specialist, studySummary } from "../test/fixtures";
import { answer, show } from "../test/node";
import { faultsOf, toNewCase, type Draft } from "./draft";
import { NewRequest } from "./NewRequest";

const complete: Draft = {
  study: "1.2.3",
  reader: specialist.fingerprint,
  recipientConfirmed: true,
  question: " 位置関係 ",
  history: "",
  region: "右下8",
  justification: "抜歯前",
  explainedBy: "田中 花子",
  explainedAt: "2026-11-24T10:00",
  scope: "読影相談",
  urgency: "routine",
};
const now = new Date("2026-11-24T12:00:00");

test("r7 a request without justification or consent is refused", () => {
  expect(faultsOf(complete, now)).toEqual({});
  expect(faultsOf({ ...complete, justification: " " }, now)).toEqual({ justification: "required" });
  expect(faultsOf({ ...complete, explainedBy: "", scope: "" }, now)).toEqual({
    explainedBy: "required",
    scope: "required",
  });
  expect(faultsOf({ ...complete, explainedAt: "2026-11-25T10:00" }, now)).toEqual({
    explainedAt: "future",
  });
});

test("r17 the recipient must be confirmed", () => {
  expect(faultsOf({ ...complete, recipientConfirmed: false }, now)).toEqual({
    recipientConfirmed: "recipient",
  });
});

test("a draft is sent trimmed, with the time in RFC 3339", () => {
  const request = toNewCase(complete);
  expect(request.question).toBe("位置関係");
  expect(request.consent.explained_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

function open(
  agreements: Agreement[],
  reader: string | null = null,
  register: RegisterView = nodeStatus.register,
) {
  const unqualified = {
    ...specialist,
    fingerprint: "cc".repeat(32),
    name_ja: "佐藤",
    may_read: false,
  };
  const calls = answer({
    "GET /api/v1/studies": { body: [studySummary] },
    "GET /api/v1/directory?readers=true": { body: [specialist, unqualified] },
    "GET /api/v1/directory?q=osaka&readers=true": { body: [] },
    [`GET /api/v1/directory/${specialist.fingerprint}`]: { body: specialist },
    "GET /api/v1/status": { body: { ...nodeStatus, register } },
    "GET /api/v1/agreements": { body: agreements },
    "POST /api/v1/agreements": { status: 201, body: {} },
    "POST /api/v1/cases": { status: 202, body: { case_id: "c9", job: "j1" } },
  });
  show(<NewRequest study="1.2.3" reader={reader} me={dentist} />);
  return calls;
}

test("r3 only qualified readers are offered, and their licence is shown for confirmation", async () => {
  open([agreement]);
  const reader = await screen.findByLabelText(/^読影者/);
  expect(screen.queryByText(/佐藤/)).toBeNull();
  await userEvent.selectOptions(reader, specialist.fingerprint);
  expect(screen.getByText(/98765/)).toBeTruthy();
  expect(screen.getByText("歯科放射線専門医")).toBeTruthy();
  expect(screen.getByText("東都大学歯学部附属病院")).toBeTruthy();
});

test("r8 without an agreement in force one is proposed first", async () => {
  const calls = open([]);
  await userEvent.selectOptions(await screen.findByLabelText(/^読影者/), specialist.fingerprint);
  expect(screen.getByRole("button", { name: "署名して依頼する" })).toHaveProperty("disabled", true);
  const propose = screen.getByRole("button", { name: "合意書を提案する" });
  await userEvent.click(propose);
  expect(screen.getByText("電話番号を入れてください。")).toBeTruthy();
  expect(calls.some((call) => call.method === "POST")).toBe(false);
  await userEvent.type(screen.getByLabelText(/緊急時の連絡先/), "090-1234-5678 田中");
  await userEvent.click(propose);
  expect(calls.find((call) => call.method === "POST")?.body).toEqual({
    with: specialist.fingerprint,
    emergency_contact: "090-1234-5678 田中",
    turnaround_hours: 48,
    retention_years: 5,
  });
});

test("r7 an incomplete request names its fields; a complete one is sent", async () => {
  const calls = open([agreement]);
  await userEvent.selectOptions(await screen.findByLabelText(/^読影者/), specialist.fingerprint);
  const send = screen.getByRole("button", { name: "署名して依頼する" });
  await userEvent.click(send);
  expect(screen.getByText(/5 項目が不足/)).toBeTruthy();
  expect(calls.some((call) => call.method === "POST")).toBe(false);

  await userEvent.type(screen.getByLabelText(/^質問/), "位置関係");
  await userEvent.type(screen.getByLabelText(/^部位/), "右下8");
  await userEvent.type(screen.getByLabelText(/^検査の正当化/), "抜歯前");
  await userEvent.type(screen.getByLabelText(/^説明した日時/), "2026-01-02T03:04");
  await userEvent.click(screen.getByRole("checkbox", { name: /送り先/ }));
  await userEvent.click(send);
  const sent = calls.find((call) => call.path === "/api/v1/cases" && call.method === "POST");
  expect(sent?.body).toMatchObject({ with: specialist.fingerprint, region: "右下8" });
  expect(location.hash).toBe("#/cases/c9");
});

test("r17 whoever was chosen in the directory is the recipient, and stays when one looks for others", async () => {
  open([agreement], specialist.fingerprint);
  const reader = await screen.findByLabelText(/^読影者/);
  expect(reader).toHaveProperty("value", specialist.fingerprint);
  fireEvent.change(screen.getByLabelText(/^名前・施設/), { target: { value: "osaka" } });
  await waitFor(() => expect(screen.getAllByRole("option", { name: /鈴木/ })).toHaveLength(1));
  expect(reader).toHaveProperty("value", specialist.fingerprint);
  expect(await screen.findByText(/証明書は有効/)).toBeTruthy();
});

test("r17 an old register says that the standing is not sure", async () => {
  const old = { ...nodeStatus.register, freshness: "ageing" as const };
  open([agreement], specialist.fingerprint, old);
  expect(await screen.findByText(/送る前に相手に電話で確かめて/)).toBeTruthy();
  expect(screen.queryByText(/証明書は有効/)).toBeNull();
});

test("r7 r12 what the node finds is shown, and the study goes when it was looked at", async () => {
  open([agreement]);
  const findings = [
    {
      code: "missing_slices",
      acknowledge: "missing_slices:0011223344556677",
      final: false,
      detail: "slices are missing",
      detail_ja: "スライスが欠けています。",
    },
  ];
  const refusal = { code: "to_acknowledge", detail: "look", next: "", findings };
  answer({
    "GET /api/v1/studies": { body: [studySummary] },
    "POST /api/v1/cases": { status: 409, body: refusal },
  });
  await userEvent.selectOptions(await screen.findByLabelText(/^読影者/), specialist.fingerprint);
  await userEvent.type(screen.getByLabelText(/^知りたいこと|^質問/), "位置関係");
  await userEvent.type(screen.getByLabelText(/^部位/), "48");
  await userEvent.type(screen.getByLabelText(/^検査の正当化/), "抜歯前");
  await userEvent.type(screen.getByLabelText(/^説明した日時/), "2026-01-02T03:04");
  await userEvent.click(screen.getByRole("checkbox", { name: /送り先/ }));
  await userEvent.click(screen.getByRole("checkbox", { name: /仮名/ }));
  const send = screen.getByRole("button", { name: "署名して依頼する" });
  await userEvent.click(send);
  expect(await screen.findByText("スライスが欠けています。")).toBeTruthy();
  // Another region is another request: it is asked anew, and nothing of it was looked at.
  await userEvent.click(screen.getByRole("checkbox", { name: /すべて確認し/ }));
  await userEvent.type(screen.getByLabelText(/^部位/), "、47");
  expect(screen.queryByText("スライスが欠けています。")).toBeNull();
  const anew = answer({ "POST /api/v1/cases": { status: 409, body: refusal } });
  await userEvent.click(send);
  expect(await screen.findByText("スライスが欠けています。")).toBeTruthy();
  expect(anew.find((call) => call.method === "POST")?.body).not.toHaveProperty("acknowledged");
  expect(screen.getByRole("checkbox", { name: /すべて確認し/ })).toHaveProperty("checked", false);
  const again = answer({
    "POST /api/v1/cases": { status: 202, body: { case_id: "c9", job: "j1" } },
  });
  await userEvent.click(screen.getByRole("checkbox", { name: /すべて確認し/ }));
  await userEvent.click(send);
  await waitFor(() =>
    expect(again.find((call) => call.method === "POST")?.body).toMatchObject({
      pseudonymise: {},
      acknowledged: ["missing_slices:0011223344556677"],
    }),
  );
});
