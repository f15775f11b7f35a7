import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { answer, show } from "../../test/node";
import { Console } from "../Console";

const OPEN = { body: { operator: "registry", named: false, set_up: "open" } };
const HELD = {
  name: "みなと登録機関",
  fingerprint: "ab".repeat(32),
  network: "0123456789abcdef",
  shares: 3,
  threshold: 2,
  set: "01020304",
  tried: false,
};

test("r17 without the printed code nobody makes a registry", async () => {
  const calls = answer({
    "GET /api/v1/session": { status: 401, body: { code: "set_up" } },
    "POST /api/v1/session": { status: 401, body: { code: "wrong_code", detail: "wrong" } },
  });
  show(<Console />);
  await userEvent.type(await screen.findByLabelText(/起動時に表示されたコード/), "guess");
  await userEvent.click(screen.getByRole("button", { name: "始める" }));
  expect((await screen.findByRole("alert")).textContent).toContain("コードが違います");
  expect(calls.find((call) => call.method === "POST")?.body).toEqual({ passphrase: "guess" });
  expect(screen.queryByRole("navigation")).toBeNull();
});

test("r19 the root is made elsewhere unless somebody chooses otherwise", async () => {
  const calls = answer({
    "GET /api/v1/session": OPEN,
    "GET /api/v1/ceremony": { status: 404, body: { code: "no_ceremony" } },
  });
  show(<Console />);
  const away = await screen.findByRole<HTMLInputElement>("radio", { name: /推奨/ });
  expect(away.checked).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "登録機関を作る" }));
  expect(screen.getByText("三つのファイルをすべて選んでください。")).toBeTruthy();
  expect(calls.some((call) => call.method === "POST")).toBe(false);
});

test("r19 a registry is made only when a printed share was typed in again", async () => {
  const calls = answer({
    "GET /api/v1/session": OPEN,
    "GET /api/v1/ceremony": { body: HELD },
    "POST /api/v1/ceremony/share": { body: { ...HELD, tried: true } },
    "POST /api/v1/set-up": {
      status: 201,
      body: { network: HELD.network, fingerprint: HELD.fingerprint, operator: "sato" },
    },
  });
  show(<Console />);
  await userEvent.click(await screen.findByRole("radio", { name: "このコンピューターで" }));
  expect(screen.getAllByRole("link", { name: /分割片 \d \/ 3/ })).toHaveLength(3);
  const [daily, own] = screen.getAllByLabelText("パスフレーズ");
  const [dailyAgain, ownAgain] = screen.getAllByLabelText("もう一度入力");
  for (const field of [daily, dailyAgain])
    await userEvent.type(field as HTMLElement, "daily keys behind 6 doors");
  for (const field of [own, ownAgain])
    await userEvent.type(field as HTMLElement, "sato counts 4 herons");
  await userEvent.type(screen.getByLabelText("担当者名"), "sato");
  const finish = screen.getByRole("button", { name: "登録機関を作る" });
  await userEvent.click(finish);
  expect(screen.getByText("先にルートを用意してください。")).toBeTruthy();
  await userEvent.type(screen.getByLabelText("分割片の 6 行"), "ABCD");
  await userEvent.click(screen.getByRole("button", { name: "確かめる" }));
  expect(await screen.findByText("分割片は正しく読めました。")).toBeTruthy();
  await userEvent.click(finish);
  expect(await screen.findByText("登録機関ができました")).toBeTruthy();
  await waitFor(() =>
    expect(calls.find((call) => call.path === "/api/v1/set-up")?.body).toEqual({
      origin: "ceremony",
      passphrase: "daily keys behind 6 doors",
      operator: "sato",
      operator_passphrase: "sato counts 4 herons",
    }),
  );
});
