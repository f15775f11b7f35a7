import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { study } from "../test/fixtures";
import { judge } from "../test/axe";
import { answer, show } from "../test/node";
import { ExportPage } from "./ExportPage";

const written = {
  files: 3,
  bytes: 1_572_864,
  path: "/media/usb/ct",
  dicomdir: true,
  compressed: 0,
  unconverted: 0,
  completed: 0,
  discs: 1,
  unlisted: [],
  profiles: ["STD-GEN-CD"],
};

function open(result: object, job: object = {}) {
  const calls = answer({
    [`GET /api/v1/studies/${study.study_instance_uid}`]: { body: study },
    [`POST /api/v1/studies/${study.study_instance_uid}/export`]: { body: { job: "j1" } },
    "GET /api/v1/jobs/j1": {
      body: { id: "j1", state: "done", done: 9, total: 9, result, ...job },
    },
  });
  show(<ExportPage study={study.study_instance_uid} />);
  return () => calls.filter((call) => call.method === "POST").map((call) => call.body);
}

const start = () => userEvent.click(screen.getByRole("button", { name: "書き出す" }));

test("r23 a study is written as a medium, after the place was said, and the page says what it is", async () => {
  const sent = open(written);
  await screen.findByText("山田 太郎");
  screen.getByText(/暗号化されず/);
  await judge();
  await start();
  expect(sent()).toEqual([]);
  await userEvent.type(screen.getByLabelText(/書き出し先/), "/media/usb/ct");
  await userEvent.selectOptions(screen.getByLabelText(/容量/), "4.3G");
  await start();
  await screen.findByText(/3 個のファイル/);
  screen.getByText("/media/usb/ct");
  screen.getByText(/STD-GEN-CD/);
  expect(sent()).toEqual([{ path: "/media/usb/ct", dicomdir: true, capacity: "4.3G" }]);
  await judge();
});

test("r1 files as they are have no capacity, whatever was chosen before", async () => {
  const sent = open({ ...written, dicomdir: false, profiles: [] });
  await screen.findByText("山田 太郎");
  await userEvent.selectOptions(screen.getByLabelText(/容量/), "650M");
  await userEvent.click(screen.getByLabelText(/そのまま/));
  expect(screen.queryByLabelText(/容量/)).toBeNull();
  await userEvent.type(screen.getByLabelText(/書き出し先/), " /tmp/ct ");
  await start();
  await screen.findByText(/3 個のファイル/);
  expect(screen.queryByText(/PS3.11/)).toBeNull();
  expect(sent()).toEqual([{ path: "/tmp/ct", dicomdir: false }]);
});

test("r11 whatever is not as usual on a medium is told before it is handed out", async () => {
  open({
    ...written,
    discs: 2,
    images: ["/tmp/ct-1.iso", "/tmp/ct-2.iso"],
    compressed: 4,
    completed: 5,
    unconverted: 6,
    unlisted: [{ file: "SE00001/IM00007", why: "it has no Series Instance UID" }],
    profiles: [],
  });
  await screen.findByText("山田 太郎");
  await userEvent.type(screen.getByLabelText(/書き出し先/), "/tmp/ct.iso");
  await start();
  const told = await screen.findByRole("status");
  for (const part of ["/tmp/ct-2.iso", "2 枚に分かれ", "4 個は、画質", "5 枚の X 線", "6 個は展開"])
    expect(told.textContent).toContain(part);
  for (const part of ["SE00001/IM00007", "it has no Series Instance UID"])
    expect(told.textContent).toContain(part);
});

test("r11 a folder that is not empty is refused with the reason", async () => {
  const error = { code: "not_empty", detail: "not empty", next: "choose another" };
  open(written, { state: "failed", result: undefined, error });
  await screen.findByText("山田 太郎");
  await userEvent.type(screen.getByLabelText(/書き出し先/), "/home");
  await start();
  await screen.findByRole("alert");
  expect(screen.queryByText(/個のファイル/)).toBeNull();
});
