import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { forgetKept, lockKept } from "../report/autosave";
import type { answer } from "../test/node";
import { draftPath, openTwice, section, twice } from "../test/together";

afterEach(() => {
  lockKept(false);
  forgetKept();
  vi.useRealTimers();
});

test("r6 an opinion is kept while it is written, and signed with passphrase and second factor", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  const path = "/api/v1/cases/c1/reconciliations";
  const answers: Parameters<typeof answer>[0] = {
    [`POST ${path}`]: {
      status: 401,
      body: {
        code: "second_factor_required",
        detail: "a second factor is needed",
        second_factor: { kind: "totp", challenge: null, options: null },
      },
    },
  };
  const calls = openTwice(twice, answers);
  const together = await section();
  await user.click(together.getByRole("button", { name: "統合見解を書く" }));
  await user.click(await together.findByRole("button", { name: "署名して相手に送る" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  await user.type(together.getByLabelText(/両者としての見解/), "歯根嚢胞");
  await act(() => vi.advanceTimersByTimeAsync(2_000));
  const saved = calls.filter((call) => call.method === "PUT");
  expect(saved).toHaveLength(1);
  expect(saved[0]?.body).toMatchObject({ revision: 0, content: { opinion: "歯根嚢胞" } });

  await user.click(together.getByRole("button", { name: "署名して相手に送る" }));
  const dialog = within(screen.getByRole("dialog"));
  dialog.getByText(/加藤 みどり の連署を待ちます/);
  const sign = dialog.getByRole("button", { name: "署名して相手に送る" });
  await user.click(sign);
  expect(calls.some((call) => call.method === "POST")).toBe(false);
  await user.type(dialog.getByLabelText(/パスフレーズ/), "hare nochi kumori");
  await user.click(sign);
  const code = await dialog.findByLabelText(/確認コード/);
  const posted = () => calls.filter((call) => call.path === path);
  expect(posted()[0]?.body).toMatchObject({
    passphrase: "hare nochi kumori",
    second_factor: null,
  });
  expect(posted()[0]?.headers.get("Idempotency-Key")).not.toBeNull();
  answers[`POST ${path}`] = { body: {} };
  const more = openTwice(twice, answers);
  await user.type(code, "287082");
  await user.click(sign);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(more.find((call) => call.path === path)?.body).toEqual({
    other: "e2",
    opinion: "歯根嚢胞",
    recommendations: "",
    passphrase: "hare nochi kumori",
    second_factor: { answer: "287082" },
  });
});

test("r6 a draft of an opinion is offered, and nothing is saved while the page is locked", async () => {
  const calls = openTwice(twice, {
    [`GET ${draftPath}`]: {
      body: {
        draft: {
          revision: 3,
          saved_at: "2026-11-29T22:00:00Z",
          signed_since: false,
          content: { opinion: "昨日の見解", recommendations: 7 },
        },
      },
    },
  });
  const together = await section();
  await userEvent.click(together.getByRole("button", { name: "統合見解を書く" }));
  await together.findByText("下書きがあります。");
  const words = together.getByLabelText(/両者としての見解/);
  expect(words).toHaveProperty("value", "");
  await userEvent.click(together.getByRole("button", { name: "下書きの続きを書く" }));
  await waitFor(() =>
    expect(together.getByLabelText(/両者としての見解/)).toHaveProperty("value", "昨日の見解"),
  );
  lockKept(true);
  await userEvent.type(together.getByLabelText(/両者としての見解/), "。");
  await userEvent.click(together.getByRole("button", { name: "やめる" }));
  expect(calls.every((call) => call.method === "GET")).toBe(true);
  lockKept(false);
  await waitFor(() =>
    expect(calls.find((call) => call.method === "PUT")?.body).toMatchObject({
      revision: 3,
      content: { opinion: "昨日の見解。" },
    }),
  );
});
