import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { reportedCase } from "../test/cases";
import { specialist } from "../test/fixtures";
import { answer, show } from "../test/node";
import { MediaPage } from "./MediaPage";

const job = (result: object) => ({ id: "j1", state: "done", done: 9, total: 9, result });

function open(more: Parameters<typeof answer>[0]) {
  const calls = answer({ "GET /api/v1/cases": { body: [reportedCase] }, ...more });
  show(<MediaPage caseId="c1" />);
  return calls;
}

const form = (name: RegExp) => within(screen.getByRole("form", { name }));

test("r14 a case is written to a medium, and the page says for whom and where", async () => {
  const calls = open({
    "POST /api/v1/media/write": { body: { job: "j1" } },
    "GET /api/v1/jobs/j1": { body: job({ for: specialist, study: true, media: ["/media/usb"] }) },
  });
  const write = form(/書き出す/);
  await write.findByRole("option", { name: /山田 太郎/ });
  await userEvent.click(write.getByRole("button", { name: /書き出して/ }));
  expect(calls.some((call) => call.method === "POST")).toBe(false);
  await userEvent.type(write.getByLabelText(/書き出し先/), "/media/usb");
  await userEvent.selectOptions(write.getByLabelText(/容量/), "650M");
  await userEvent.click(write.getByRole("button", { name: /書き出して/ }));
  await write.findByText(/鈴木 一郎 先生（東都大学歯学部附属病院）宛てに症例と画像/);
  write.getByText("/media/usb");
  expect(calls.find((call) => call.method === "POST")?.body).toEqual({
    case_id: "c1",
    path: "/media/usb",
    capacity: "650M",
  });
});

test("r14 what was on several media is taken, and the page says what is missing", async () => {
  const taken = { case_id: "c1", entries: 3, study: "incomplete", done: 40, total: 100 };
  const calls = open({
    "POST /api/v1/media/read": { body: { job: "j1" } },
    "GET /api/v1/jobs/j1": { body: job({ cases: [{ ...taken, missing_discs: [2, 3] }] }) },
  });
  const read = form(/取り込む/);
  await userEvent.type(read.getByLabelText(/媒体の場所/), "/media/a\n/media/b\n");
  await userEvent.click(read.getByRole("button", { name: "取り込む" }));
  await read.findByText(/40 % が届きました。残りのディスク：2, 3/);
  expect(calls.find((call) => call.method === "POST")?.body).toEqual({
    paths: ["/media/a", "/media/b"],
  });
});

test("a medium that is not for whoever is signed in says what to do", async () => {
  const error = { code: "medium_not_for_you", detail: "not sealed to you", next: "ask" };
  open({
    "POST /api/v1/media/read": { body: { job: "j1" } },
    "GET /api/v1/jobs/j1": { body: { id: "j1", state: "failed", done: 0, total: 0, error } },
  });
  const read = form(/取り込む/);
  await userEvent.type(read.getByLabelText(/媒体の場所/), "/media/a");
  await userEvent.click(read.getByRole("button", { name: "取り込む" }));
  await read.findByRole("alert");
});
