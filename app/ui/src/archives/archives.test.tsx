import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { Dispatch } from "../backend/archives";
import { daysOf } from "../request/days";
import { FromArchive } from "../request/FromArchive";
import { judge } from "../test/axe";
import { found, pacs, waiting } from "../test/archives";
import { answer, show } from "../test/node";
import { ArchivesPage } from "./ArchivesPage";

test("r15 what waits says why, and is sent again or not at all", async () => {
  const delivered: Dispatch = { ...waiting, id: "bb", state: "delivered", why: null, sent: 2 };
  const calls = answer({
    "GET /api/v1/archives": { body: [pacs] },
    "GET /api/v1/dispatches": { body: [waiting, delivered] },
    "POST /api/v1/dispatches/aa/again": { body: waiting },
    "POST /api/v1/dispatches/aa/cancel": { body: { ...waiting, state: "cancelled" } },
    "POST /api/v1/archives/PACS/echo": { body: { ok: false, why: "refused", milliseconds: 3 } },
  });
  show(<ArchivesPage />);
  expect(await screen.findByText(/does not answer/)).toBeTruthy();
  expect(screen.getByText("届きました")).toBeTruthy();
  expect(screen.getByText("1 / 2")).toBeTruthy();
  await judge();
  // What has arrived is neither sent again nor cancelled.
  expect(screen.getAllByText("もう一度送る")).toHaveLength(1);
  await userEvent.click(screen.getByText("もう一度送る"));
  await userEvent.click(screen.getByText("送信をやめる"));
  await waitFor(() =>
    expect(calls.filter((call) => call.method === "POST").map((call) => call.path)).toEqual([
      "/api/v1/dispatches/aa/again",
      "/api/v1/dispatches/aa/cancel",
    ]),
  );
  await userEvent.click(screen.getByText("接続を確かめる"));
  expect(await screen.findByText("応答しません")).toBeTruthy();
});

test("without an archive the page says how to have one, and the form offers none", async () => {
  answer({ "GET /api/v1/archives": { body: [] }, "GET /api/v1/dispatches": { body: [] } });
  show(<ArchivesPage />);
  expect(await screen.findByText("[[dicom.peers]]")).toBeTruthy();
  const { container } = show(<FromArchive onUse={vi.fn()} />);
  expect(container.textContent).toBe("");
});

test("r13 a study is looked for in the archive, fetched, and then asked about", async () => {
  const job = { id: "j1", state: "done", done: 60, total: 60 };
  const part = { study_instance_uid: "1.2.3", new: 59, missing: 1, refused: 0, why: null };
  const answers: Parameters<typeof answer>[0] = {
    "GET /api/v1/archives": { body: [pacs] },
    "POST /api/v1/archives/PACS/find": { body: { studies: [found], more: false } },
    "POST /api/v1/archives/PACS/fetch": { status: 202, body: { job: "j1" } },
    "GET /api/v1/jobs/j1": { body: { ...job, result: { ...part, complete: false } } },
  };
  const calls = answer(answers);
  const onUse = vi.fn();
  show(<FromArchive onUse={onUse} />);
  await userEvent.click(await screen.findByText("院内アーカイブから取り寄せる"));
  const search = screen.getByRole("button", { name: "探す" });
  expect((search as HTMLButtonElement).disabled).toBe(true);
  await userEvent.type(screen.getByLabelText(/^患者氏名/), "山田{Enter}");
  expect(await screen.findByText("山田 太郎")).toBeTruthy();
  expect(calls.find((call) => call.path.endsWith("/find"))?.body).toEqual({
    patient_name: "山田",
    patient_id: "",
    accession_number: "",
    study_date: "",
    modality: "",
  });
  await judge();
  await userEvent.click(screen.getByRole("button", { name: /山田 太郎.*を取り寄せる/ }));
  expect(await screen.findByText(/59 枚が新しく/)).toBeTruthy();
  expect(screen.getByText(/1 枚が届きませんでした/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "この検査で依頼する" })).toBeNull();
  // Fetched again, all of it is here; only then is it offered, and nothing is chosen by itself.
  const whole = { ...part, new: 1, missing: 0, complete: true };
  answer({
    ...answers,
    "POST /api/v1/archives/PACS/fetch": { status: 202, body: { job: "j2" } },
    "GET /api/v1/jobs/j2": { body: { ...job, id: "j2", result: whole } },
  });
  await userEvent.click(screen.getByRole("button", { name: /山田 太郎.*を取り寄せる/ }));
  expect(await screen.findByText(/^1 枚が新しく/)).toBeTruthy();
  expect(onUse).not.toHaveBeenCalled();
  await userEvent.click(await screen.findByRole("button", { name: "この検査で依頼する" }));
  expect(onUse).toHaveBeenCalledWith("1.2.3");
});

test("r13 a fetch is cancelled, and its failure says what to do", async () => {
  const running = { id: "j1", state: "running", done: 3, total: 60 };
  const calls = answer({
    "GET /api/v1/archives": { body: [pacs] },
    "POST /api/v1/archives/PACS/find": { body: { studies: [found], more: true } },
    "POST /api/v1/archives/PACS/fetch": { status: 202, body: { job: "j1" } },
    "GET /api/v1/jobs/j1": { body: running },
    "POST /api/v1/fetches/j1/cancel": { status: 200, body: null },
  });
  show(<FromArchive onUse={vi.fn()} />);
  await userEvent.click(await screen.findByText("院内アーカイブから取り寄せる"));
  await userEvent.type(screen.getByLabelText("患者ID"), "P-001{Enter}");
  expect(await screen.findByText(/ほかにもあります/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: /を取り寄せる/ }));
  expect(await screen.findByText(/3 \/ 60 枚/)).toBeTruthy();
  const error = { code: "fetch_cancelled", detail: "", next: "" };
  answer({ "GET /api/v1/jobs/j1": { body: { ...running, state: "failed", error } } });
  expect(await screen.findByText("取り寄せを中止しました。", {}, { timeout: 5000 })).toBeTruthy();
  expect(calls.some((call) => call.path.endsWith("/fetch"))).toBe(true);
});

test("days are written as DICOM matches them", () => {
  expect(daysOf("", "")).toBe("");
  expect(daysOf("2026-01-31", "2026-01-31")).toBe("20260131");
  expect(daysOf("2026-01-01", "2026-01-31")).toBe("20260101-20260131");
  expect(daysOf("", "2026-01-31")).toBe("-20260131");
  expect(daysOf("2026-01-01", "")).toBe("20260101-");
});
