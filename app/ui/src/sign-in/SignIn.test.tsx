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

test("r20 a rule that refuses is told in its own words, in the language chosen", async () => {
  answer({
    ...choices,
    "POST /api/v1/session": {
      status: 403,
      body: {
        code: "not_permitted",
        detail: "A portable device is used only when it was started with a passphrase",
        detail_ja: "携帯端末は、起動時にパスフレーズを入力しなければ使用できません。",
        next: "",
      },
    },
  });
  show(<SignIn />);
  await userEvent.type(await screen.findByLabelText("パスフレーズ"), "x{Enter}");
  const told = (await screen.findByRole("alert")).textContent;
  expect(told).toContain("携帯端末は、起動時にパスフレーズを入力しなければ使用できません。");
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

test("r6 the code is asked for when the node needs it, and the passphrase need not be typed again", async () => {
  const calls = answer({
    ...choices,
    "POST /api/v1/session": {
      status: 401,
      body: {
        code: "second_factor_required",
        detail: "a code is needed",
        second_factor: { kind: "totp", challenge: null, options: null },
      },
    },
  });
  show(<SignIn />);
  await userEvent.type(await screen.findByLabelText("パスフレーズ"), "正しい馬{Enter}");
  await userEvent.type(await screen.findByLabelText("確認コード"), "287082{Enter}");
  expect(calls.at(-1)?.body).toEqual({
    id: "tanaka",
    passphrase: "正しい馬",
    second_factor: { answer: "287082" },
  });
});

test("r6 of a device that signs challenges the page takes a recovery code, and says so", async () => {
  const calls = answer({
    ...choices,
    "POST /api/v1/session": {
      status: 401,
      body: {
        code: "second_factor_required",
        detail: "an answer is needed",
        second_factor: { kind: "fido2", challenge: "QUJD", options: { credentials: [] } },
      },
    },
  });
  show(<SignIn />);
  await userEvent.type(await screen.findByLabelText("パスフレーズ"), "正しい馬{Enter}");
  const code = await screen.findByLabelText("確認コード");
  expect(screen.getByText(/認証機器には、この画面から/)).toBeTruthy();
  await userEvent.type(code, "ABCD-EFGH{Enter}");
  expect(calls.at(-1)?.body).toEqual({
    id: "tanaka",
    passphrase: "正しい馬",
    second_factor: { answer: "ABCD-EFGH", challenge: "QUJD" },
  });
});

test("r6 whoever is locked out sees how long, and cannot try before", async () => {
  answer({
    ...choices,
    "POST /api/v1/session": {
      status: 429,
      body: { code: "locked_out", detail: "wait", retry_after: 95 },
    },
  });
  show(<SignIn />);
  await userEvent.type(await screen.findByLabelText("パスフレーズ"), "x{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("あと 1 分 35 秒");
  expect(screen.getByRole("button", { name: "サインイン" })).toHaveProperty("disabled", true);
});
