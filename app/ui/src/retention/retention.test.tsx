import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Problem } from "../backend/problem";
import { judge } from "../test/axe";
import { reportedCase } from "../test/cases";
import { answer, show } from "../test/node";
import { deletion, dueCase, keeping, youngStudy } from "../test/retention";
import { GoneNote, isGone } from "./GoneNote";
import { RetentionPage } from "./RetentionPage";

const whose = { patient_name: "山田 太郎", patient: { id: "P-1" }, study_date: "20200301" };
const kept = {
  "GET /api/v1/retention": { body: keeping },
  "GET /api/v1/cases": { body: [{ ...reportedCase, ...whose, case_id: dueCase.case_id }] },
  "GET /api/v1/studies": { body: [] },
};
const proof = { proof: "one", practitioner: "tanaka", expires_in: 300 };
const deletes = {
  ...kept,
  [`GET /api/v1/cases/${dueCase.case_id}`]: { body: whose },
  "POST /api/v1/security/proof": { status: 201, body: proof },
  "POST /api/v1/retention/deletions": { status: 201, body: deletion },
};

async function opened(row: string): Promise<HTMLElement> {
  const cell = await screen.findByText(row);
  const tr = cell.closest("tr");
  if (!tr) throw new Error("no row");
  await userEvent.click(within(tr).getByText("廃棄…"));
  return screen.findByRole("dialog", { hidden: true });
}

test("r24 what is past its time is shown, with what was deleted and its certificate", async () => {
  answer(kept);
  show(<RetentionPage />);
  expect(await screen.findByText("2025/04/01")).toBeTruthy();
  expect(screen.getAllByText("期限切れ")).toHaveLength(2);
  // An identifier alone is easily taken for another.
  expect((await screen.findByText("山田 太郎")).parentElement?.textContent).toContain("P-1");
  expect(screen.getByText(/二重に取り込み/)).toBeTruthy();
  const file = screen.getByText("ZIP（PDF/A と検証方法）");
  expect(file.getAttribute("href")).toBe("/api/v1/retention/deletions/1/certificate");
  expect(screen.getByText(youngStudy.study_instance_uid)).toBeTruthy();
  await userEvent.click(screen.getByLabelText("期限を過ぎたものだけ"));
  expect(screen.queryByText(youngStudy.study_instance_uid)).toBeNull();
  await judge();
});

test("r24 a case is deleted only with its end typed, a reason, passphrase and second factor", async () => {
  const calls = answer(deletes);
  show(<RetentionPage />);
  const dialog = await opened(dueCase.case_id.slice(0, 12));
  expect((await within(dialog).findByText("山田 太郎")).parentElement?.textContent).toContain(
    "P-1",
  );
  const posted = () => calls.filter((call) => call.method === "POST");
  await userEvent.click(within(dialog).getByText("署名して廃棄する"));
  expect(posted()).toHaveLength(0);
  await userEvent.type(within(dialog).getByLabelText(/^理由/), "保存期間が満了");
  await userEvent.type(within(dialog).getByLabelText(/末尾6文字/), "ddeeee");
  await userEvent.type(within(dialog).getByLabelText("あなたのパスフレーズ"), "seven herons");
  await userEvent.type(within(dialog).getByLabelText("あなたの確認コード"), "287082");
  await userEvent.click(within(dialog).getByText("署名して廃棄する"));
  expect(within(dialog).getByText("末尾6文字と一致しません。")).toBeTruthy();
  expect(posted()).toHaveLength(0);
  await userEvent.clear(within(dialog).getByLabelText(/末尾6文字/));
  await userEvent.type(within(dialog).getByLabelText(/末尾6文字/), "ddeeff");
  await judge();
  await userEvent.click(within(dialog).getByText("署名して廃棄する"));
  await waitFor(() => expect(posted()).toHaveLength(2));
  expect(posted()[0]?.body).toEqual({
    practitioner: null,
    passphrase: "seven herons",
    second_factor: { answer: "287082" },
  });
  expect(posted()[1]?.body).toEqual({
    case_id: dueCase.case_id,
    reason: "kept_long_enough",
    why: "保存期間が満了",
    early: false,
    confirm: "ddeeff",
    proof: "one",
    second_proof: null,
  });
  await waitFor(() => expect(screen.queryByRole("dialog", { hidden: true })).toBeNull());
});

test("r22 r24 before its time a listed reason is chosen, and a second person proves herself", async () => {
  const two = { "GET /api/v1/retention": { body: { ...keeping, two_persons: true } } };
  const calls = answer({ ...deletes, ...two });
  show(<RetentionPage />);
  const dialog = await opened(youngStudy.study_instance_uid);
  expect(within(dialog).getByText(/2029\/11\/01/)).toBeTruthy();
  expect(within(dialog).queryByLabelText("保存期間の満了")).toBeNull();
  await userEvent.type(within(dialog).getByLabelText(/^理由/), "本人の求め");
  await userEvent.type(within(dialog).getByLabelText(/末尾6文字/), "8.1221");
  await userEvent.type(within(dialog).getByLabelText("あなたのパスフレーズ"), "seven herons");
  await userEvent.type(within(dialog).getByLabelText("あなたの確認コード"), "287082");
  await userEvent.type(within(dialog).getByLabelText(/^二人目の署名者/), "suzuki");
  await userEvent.type(within(dialog).getByLabelText("二人目のパスフレーズ"), "paper moon");
  await userEvent.type(within(dialog).getByLabelText("二人目の確認コード"), "123456");
  await userEvent.click(within(dialog).getByText("署名して廃棄する"));
  expect(within(dialog).getByText("理由を選んでください。")).toBeTruthy();
  await userEvent.click(within(dialog).getByLabelText("患者の求め"));
  await userEvent.click(within(dialog).getByText("署名して廃棄する"));
  const posted = () => calls.filter((call) => call.method === "POST");
  await waitFor(() => expect(posted()).toHaveLength(3));
  expect(posted()[1]?.body).toMatchObject({ practitioner: "suzuki", passphrase: "paper moon" });
  expect(posted()[2]?.body).toMatchObject({
    study_instance_uid: youngStudy.study_instance_uid,
    reason: "patient_request",
    early: true,
    second_proof: "one",
  });
});

test("r24 a case is held and released for a reason that is signed", async () => {
  const record = { "POST /api/v1/governance/records": { status: 201, body: {} } };
  const calls = answer({ ...kept, ...record });
  show(<RetentionPage />);
  await userEvent.click(await screen.findByText("保全する"));
  const dialog = await screen.findByRole("dialog", { hidden: true });
  await userEvent.click(within(dialog).getByText("保全する"));
  expect(calls.some((call) => call.method === "POST")).toBe(false);
  await userEvent.type(within(dialog).getByLabelText(/^理由/), "裁判所の照会");
  await userEvent.click(within(dialog).getByText("保全する"));
  await waitFor(() =>
    expect(calls.find((call) => call.method === "POST")?.body).toEqual({
      record: "hold",
      case: dueCase.case_id,
      why: "裁判所の照会",
    }),
  );
});

test("r22 nobody without the duty is offered to delete, and what is held is not deleted", async () => {
  const hold = {
    id: "h1",
    by: "tanaka",
    name: "田中 花子",
    at: "2026-11-24T05:00:00Z",
    why: "照会",
  };
  const cases = [{ ...dueCase, hold }];
  answer({ "GET /api/v1/retention": { body: { ...keeping, cases, studies: [] } } });
  show(<RetentionPage />);
  expect(await screen.findByText("田中 花子が保全中：照会")).toBeTruthy();
  expect(screen.queryByText("廃棄…")).toBeNull();
});

test("that something was deleted is told as an answer, with the way to its certificate", () => {
  const problem = new Problem({
    status: 404,
    code: "deleted",
    detail: "it was deleted on 2026-11-30 by 田中 花子: certificate no. 1",
    detailJa: "2026年11月30日に田中 花子が廃棄しました（廃棄証明書 第1号）。",
    next: "",
  });
  expect(isGone(problem)).toBe(true);
  answer({});
  show(<GoneNote problem={problem} />);
  expect(screen.getByRole("status").textContent).toContain("廃棄証明書 第1号");
});
