import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { answer, show } from "../test/node";
import { SecurityPage } from "./SecurityPage";

const security = {
  second_factor: null,
  recovery_kit: false,
  auto_lock_seconds: 900,
  kem_valid_until: "2026-12-24T12:00:00Z",
};

test("r6 a second factor is enrolled in two steps and its recovery codes are shown", async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h1"/></svg>';
  const calls = answer({
    "GET /api/v1/security": { body: security },
    "POST /api/v1/security/second-factor": {
      body: { kind: "totp", uri: "otpauth://x", secret: "GEZDGNBV", qr_svg: svg },
    },
    "POST /api/v1/security/second-factor/confirm": { body: { recovery_codes: ["AAAA-BBBB"] } },
  });
  show(<SecurityPage />);
  const [passphrase] = await screen.findAllByLabelText("パスフレーズ");
  if (!passphrase) throw new Error("no field");
  await userEvent.type(passphrase, "hare nochi kumori 7 sai{Enter}");
  expect(await screen.findByText("GEZDGNBV")).toBeTruthy();
  expect(screen.getByRole("img").querySelector("path")?.getAttribute("d")).toBe("M0 0h1");
  await userEvent.type(screen.getByLabelText("確認コード"), "287082{Enter}");
  expect(await screen.findByText("AAAA-BBBB")).toBeTruthy();
  expect(calls.at(-1)?.body).toEqual({ answer: "287082" });
});

test("r6 a new passphrase is typed twice", async () => {
  const calls = answer({
    "GET /api/v1/security": { body: security },
    "POST /api/v1/security/passphrase": {
      status: 422,
      body: { code: "passphrase_easy_to_guess", detail: "easy" },
    },
  });
  show(<SecurityPage />);
  await userEvent.type(await screen.findByLabelText("今のパスフレーズ"), "old");
  await userEvent.type(screen.getByLabelText("新しいパスフレーズ"), "new 1");
  const change = screen.getByRole("button", { name: "変更する" });
  expect(change).toHaveProperty("disabled", true);
  await userEvent.type(screen.getByLabelText("新しいパスフレーズ（もう一度）"), "new 1");
  await userEvent.click(change);
  expect((await screen.findByRole("alert")).textContent).toContain("推測されやすい");
  expect(calls.at(-1)?.body).toEqual({
    passphrase: "old",
    new_passphrase: "new 1",
    second_factor: null,
  });
});
