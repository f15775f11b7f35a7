import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { CaseDetail } from "../backend/types";
import { reportedCase, smooth } from "../test/cases";
import { dentist, studySummary } from "../test/fixtures";
import { answer, show } from "../test/node";
import { actionsFor } from "./actions";
import { transferActions } from "./TransferActions";
import { CasePage } from "./CasePage";

function open(detail: CaseDetail, more: Parameters<typeof answer>[0] = {}) {
  const calls = answer({
    "GET /api/v1/cases/c1": { body: detail },
    "GET /api/v1/studies": { body: [studySummary] },
    ...more,
  });
  show(<CasePage id="c1" me={dentist} />);
  return calls;
}

const delivered: CaseDetail = {
  ...reportedCase,
  role: "consulting",
  state: "delivered",
  report: null,
  reports: [],
};

test("r6 a report is shown as verified only when the node vouches for its entry", async () => {
  open(reportedCase);
  const report = await screen.findByRole("article");
  expect(within(report).getByText(/署名検証済み/)).toBeTruthy();
  expect(within(report).getByText("抜歯時に注意を要する。")).toBeTruthy();
});

test("r6 a report whose signature does not verify says so and what to do", async () => {
  open({
    ...reportedCase,
    timeline: reportedCase.timeline.map((e) => ({ ...e, verified: false })),
  });
  const report = await screen.findByRole("article");
  expect(within(report).getByText(/署名を検証できません/)).toBeTruthy();
  expect(within(report).getByText(/電話で確かめてください/)).toBeTruthy();
});

test("r7 marking a report as read asks first", async () => {
  const calls = open(reportedCase, { "POST /api/v1/cases/c1/read": { body: {} } });
  await userEvent.click(await screen.findByRole("button", { name: "報告書を確認した" }));
  expect(calls.some((call) => call.method === "POST")).toBe(false);
  const dialog = screen.getByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "報告書を確認した" }));
  expect(calls.some((call) => call.path === "/api/v1/cases/c1/read")).toBe(true);
});

test("declining needs a reason", async () => {
  const calls = open(
    { ...delivered, state: "awaiting_acceptance" },
    { "POST /api/v1/cases/c1/decline": { body: {} } },
  );
  await userEvent.click(await screen.findByRole("button", { name: "辞退する" }));
  const dialog = screen.getByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "辞退する" }));
  expect(within(dialog).getByText("入力してください。")).toBeTruthy();
  await userEvent.type(within(dialog).getByLabelText(/辞退の理由/), "専門外");
  await userEvent.click(within(dialog).getByRole("button", { name: "辞退する" }));
  expect(calls.find((call) => call.method === "POST")?.body).toEqual({ reason: "専門外" });
});

test("a report is signed only after a second look, and never without an impression", async () => {
  const calls = open(delivered, { "POST /api/v1/cases/c1/report": { body: {} } });
  await userEvent.click(await screen.findByRole("button", { name: "報告書を書く" }));
  await userEvent.type(screen.getByLabelText(/所見/), "接する");
  await userEvent.click(screen.getByRole("button", { name: "署名して送る" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  await userEvent.type(screen.getByLabelText(/診断/), "注意");
  await userEvent.click(screen.getByRole("button", { name: "署名して送る" }));
  const dialog = screen.getByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText(/パスフレーズ/), "secret words");
  await userEvent.click(within(dialog).getByRole("button", { name: "署名して送る" }));
  expect(calls.find((call) => call.method === "POST")?.body).toMatchObject({
    status: "final",
    impression: "注意",
  });
});

test("r7 closing records what became of explaining the result", async () => {
  const calls = open(
    { ...reportedCase, state: "read" },
    { "POST /api/v1/cases/c1/close": { body: {} } },
  );
  await userEvent.click(await screen.findByRole("button", { name: "症例を終了する" }));
  const dialog = screen.getByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "症例を終了する" }));
  expect(calls.find((call) => call.method === "POST")?.body).toEqual({
    patient_informed_by: "田中 花子",
  });
});

const offered = (
  role: CaseDetail["role"],
  state: CaseDetail["state"],
  open: CaseDetail["open"] = [],
) => actionsFor({ role, state, open });

test("actions are offered to the one whose move it is", () => {
  expect(offered("consulting", "awaiting_acceptance")).toEqual(["accept", "decline"]);
  expect(offered("requesting", "awaiting_acceptance")).toEqual([]);
  expect(offered("consulting", "accepted")).toEqual([]);
  expect(offered("consulting", "delivered")).toEqual(["report"]);
  expect(offered("requesting", "closed")).toEqual([]);
  expect(offered("requesting", "read")).toEqual(["close"]);
  const query = { kind: "query" as const, entry: "q1", mine: true };
  expect(offered("requesting", "read", [query])).toEqual([]);
});

test("while images arrive the previews are shown, each with what it is not for", async () => {
  const previews = [
    { index: 0, kind: "axial_mip", series_instance_uid: "1.2" },
    { index: 1, kind: "panoramic", series_instance_uid: "1.2" },
    { index: 2, kind: "cross_section", series_instance_uid: "1.2" },
  ];
  const arriving: CaseDetail = {
    ...delivered,
    transfer: { ...smooth, state: "transferring", done: 1_000_000, total: 9_000_000 },
  };
  open(arriving, { "GET /api/v1/cases/c1/previews": { body: previews } });
  const panoramic = await screen.findByRole("img", { name: /パノラマ/ });
  expect(panoramic.getAttribute("src")).toBe("/api/v1/cases/c1/previews/1");
  expect(screen.getAllByText("プレビュー：診断には使えません")).toHaveLength(3);
});

test("once the images are open, they are looked at and not the previews", async () => {
  const previews = [{ index: 0, kind: "axial_mip", series_instance_uid: "1.2" }];
  const opened: CaseDetail = {
    ...delivered,
    transfer: { ...smooth, state: "opened", done: 9, total: 9 },
  };
  const calls = open(opened, { "GET /api/v1/cases/c1/previews": { body: previews } });
  await screen.findByRole("link", { name: /画像/ });
  expect(calls.length).toBeGreaterThan(0);
  expect(screen.queryByText(/診断には使えません/)).toBeNull();
});

test("r17 how far, how fast and how long is told while images go, and why when they stand still", async () => {
  const going: CaseDetail = {
    ...delivered,
    state: "accepted",
    transfer: {
      ...smooth,
      state: "transferring",
      done: 250_000_000,
      total: 1_000_000_000,
      rate: 2_500_000,
      seconds_left: 300,
    },
    timeline: delivered.timeline.map((entry) => ({
      ...entry,
      delivery: {
        state: "connecting" as const,
        reason: "unreachable",
        since: "2026-11-24T05:00:00Z",
        next_try: "2026-11-24T05:00:04Z",
      },
    })),
  };
  open(going);
  await screen.findByText(/250 MB \/ 1 GB（25 %）/);
  screen.getByText(/毎秒 2.5 MB · 残り約 5 分/);
  screen.getByText(/相手の端末の電源が切れているか/);
});

test("r17 a transfer is cancelled with a reason, after it was said what is erased", async () => {
  const going: CaseDetail = {
    ...delivered,
    state: "accepted",
    transfer: { ...smooth, state: "connecting", done: 0, total: 9, reason: "no_such_word" },
  };
  const calls = open(going, { "POST /api/v1/cases/c1/cancel-transfer": { body: going } });
  await screen.findByText(/no_such_word/);
  await userEvent.click(screen.getByRole("button", { name: "転送を取り消す" }));
  const dialog = within(screen.getByRole("dialog"));
  dialog.getByText(/双方の端末から消去/);
  await userEvent.click(dialog.getByRole("button", { name: "転送を取り消す" }));
  expect(calls.some((call) => call.path.endsWith("cancel-transfer"))).toBe(false);
  await userEvent.type(dialog.getByRole("textbox"), "別の患者");
  await userEvent.click(dialog.getByRole("button", { name: "転送を取り消す" }));
  await waitFor(() =>
    expect(calls.find((call) => call.path.endsWith("cancel-transfer"))?.body).toEqual({
      reason: "別の患者",
    }),
  );
});

test("what was cancelled is sent again by its sender only", () => {
  const cancelled = { ...smooth, state: "cancelled" as const, done: 0, total: 0 };
  const of = (role: "requesting" | "consulting") =>
    transferActions({ ...delivered, role, state: "accepted", transfer: cancelled });
  expect([of("requesting"), of("consulting")]).toEqual([["again"], []]);
});
