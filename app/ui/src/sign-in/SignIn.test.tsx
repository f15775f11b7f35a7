import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { answer, show } from "../test/node";
import { dentist } from "../test/fixtures";
import { SignIn } from "./SignIn";

const choices = { "GET /api/v1/practitioners": { body: [{ id: "tanaka", name: "田中 花子" }] } };

test("signs in with the passphrase typed", async () => {
  const calls = answer({
    ...choices,
    "POST /api/v1/session": {
      status: 201,
      body: { practitioner: dentist, expires_at: "2026-11-24T12:00:00Z" },
    },
  });
  show(<SignIn />);
  await userEvent.type(await screen.findByLabelText("パスフレーズ"), "正しい馬");
  await userEvent.click(screen.getByRole("button", { name: "サインイン" }));
  expect(calls.at(-1)?.body).toEqual({ id: "tanaka", passphrase: "正しい馬" });
});

test("r6 a wrong passphrase is told in one sentence, and the field is emptied", async () => {
  answer({
    ...choices,
    "POST /api/v1/session": { status: 401, body: { code: "wrong_passphrase", detail: "wrong" } },
  });
  show(<SignIn />);
  const passphrase = await screen.findByLabelText("パスフレーズ");
  await userEvent.type(passphrase, "wrong{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("パスフレーズが違います。");
  expect(passphrase).toHaveProperty("value", "");
});

test("a code that we do not know is told in the node's words", async () => {
  answer({
    ...choices,
    "POST /api/v1/session": {
      status: 503,
      body: { code: "clock_wrong", detail: "the clock is wrong", next: "set it" },
    },
  });
  show(<SignIn />);
  await userEvent.type(await screen.findByLabelText("パスフレーズ"), "x{Enter}");
  expect((await screen.findByRole("alert")).textContent).toBe("The clock is wrong. Set it.");
});

test("asks nothing of the node without a passphrase", async () => {
  const calls = answer(choices);
  show(<SignIn />);
  await userEvent.click(await screen.findByRole("button", { name: "サインイン" }));
  expect(screen.getByText("パスフレーズを入力してください。")).toBeTruthy();
  expect(calls.every((call) => call.method === "GET")).toBe(true);
});
