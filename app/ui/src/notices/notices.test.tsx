import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { answer, show } from "../test/node";
import { noticeSettings as kept } from "../test/notices";
import { NoticesPage } from "./NoticesPage";
import { useDesktopNotices } from "./useDesktopNotices";

test("r7 e-mail and quiet hours are chosen, saved and tested", async () => {
  const email = { address: "yamada@example.jp", groups: ["urgent", "report"] };
  const quiet = { from: "21:00", until: "07:00", days: [6] };
  const saved = { ...kept, settings: { ...kept.settings, email, quiet } };
  const calls = answer({
    "GET /api/v1/me/notices": { body: kept },
    "PUT /api/v1/me/notices": { body: saved },
    "POST /api/v1/me/notices/test": {
      status: 409,
      body: { code: "notice_not_sent", detail: "the mail server said no" },
    },
  });
  show(<NoticesPage />);
  await userEvent.click(await screen.findByLabelText("メールで知らせる"));
  await userEvent.type(screen.getByLabelText(/メールアドレス/), "yamada@example.jp");
  await userEvent.click(screen.getByLabelText("知らせない時間を決める"));
  expect(screen.getByRole("button", { name: "試しに送る" })).toHaveProperty("disabled", true);
  await userEvent.click(screen.getByRole("button", { name: "保存する" }));
  expect(await screen.findByText("保存しました。")).toBeTruthy();
  const put = calls.find((call) => call.method === "PUT");
  expect(put?.body).toMatchObject({
    settings: { email: { address: "yamada@example.jp" }, quiet },
    new_secret: false,
  });
  await userEvent.click(screen.getByRole("button", { name: "試しに送る" }));
  expect((await screen.findByRole("alert")).textContent).toContain("通知");
});

test("without a mail server e-mail cannot be chosen, and it is told why", async () => {
  answer({ "GET /api/v1/me/notices": { body: { ...kept, can_mail: false } } });
  show(<NoticesPage />);
  expect(await screen.findByLabelText("メールで知らせる")).toHaveProperty("disabled", true);
  expect(screen.getByText(/メールサーバーが設定されていません/)).toBeTruthy();
});

function Shows(): null {
  useDesktopNotices(true, (count) => `${count.toString()}件`);
  return null;
}

test("r9 what is new is shown on the desktop once, and the node is told afterwards", async () => {
  const shown: string[] = [];
  const told = () => calls.some((call) => call.method === "POST");
  class Shown {
    static permission = "granted";
    onclick: (() => void) | null = null;
    constructor(_title: string, options: { body: string }) {
      expect(told()).toBe(false);
      shown.push(options.body);
    }
    close(): void {
      shown.push("closed");
    }
  }
  vi.stubGlobal("Notification", Shown);
  const one = (id: number, urgent: boolean) => ({ id, urgent, text: id.toString(), case_id: null });
  const calls = answer({
    "GET /api/v1/me/notices/new": {
      body: [one(1, true), one(2, false), one(3, false), one(4, false), one(5, false)],
    },
    "POST /api/v1/me/notices/shown": { body: null },
  });
  show(<Shows />);
  await waitFor(() => expect(shown).toEqual(["1", "4件"]));
  await waitFor(() => expect(told()).toBe(true));
  expect(calls.find((call) => call.method === "POST")?.body).toEqual({ ids: [1, 2, 3, 4, 5] });
  vi.unstubAllGlobals();
});
