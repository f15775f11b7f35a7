import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { answer, show } from "../test/node";
import { Console } from "./Console";
import { SIGNED_IN } from "./applications/fixtures";
import type { Credential } from "./types";

const TANAKA: Credential = {
  kind: "practitioner",
  fingerprint: "11".repeat(32),
  serial: "2a",
  subject: "田中 花子 (Hanako Tanaka)",
  validity: { not_before: 1_790_000_000, not_after: 1_820_000_000 },
  issued_at: 1_790_000_000,
  issued_by: null,
  revoked: null,
  replaced_by: null,
  application: null,
  standing: "in_force",
};

test("nobody sees the register of the registry without signing in", async () => {
  const calls = answer({
    "GET /api/v1/session": { status: 401, body: { code: "unauthorized" } },
    "POST /api/v1/session": { status: 401, body: { code: "wrong_passphrase", detail: "wrong" } },
  });
  show(<Console />);
  await userEvent.type(await screen.findByLabelText(/パスフレーズ/), "guess");
  await userEvent.click(screen.getByRole("button", { name: "サインイン" }));
  expect(await screen.findByRole("alert")).toBeTruthy();
  expect(calls.find((call) => call.method === "POST")?.body).toEqual({ passphrase: "guess" });
  expect(calls.some((call) => call.path.includes("credentials"))).toBe(false);
});

test("the overview tells what an operator must do", async () => {
  answer(SIGNED_IN);
  show(<Console />);
  expect(await screen.findByText(/ルート鍵（root\.key）/)).toBeTruthy();
  expect(screen.getByText("0123456789abcdef")).toBeTruthy();
});

test("a credential is revoked only after its reason was chosen and confirmed", async () => {
  const path = `/api/v1/credentials/${TANAKA.fingerprint}`;
  const calls = answer({
    ...SIGNED_IN,
    [`GET ${path}`]: { body: { ...TANAKA, certificate: { name: "田中 花子" } } },
    [`POST ${path}/revoke`]: { body: { credential: TANAKA, crl_number: 8 } },
  });
  location.hash = `#/credentials/${TANAKA.fingerprint}`;
  show(<Console />);
  await userEvent.click(await screen.findByRole("button", { name: "失効させる" }));
  expect(calls.some((call) => call.method === "POST")).toBe(false);
  const dialog = screen.getByRole("dialog");
  await userEvent.selectOptions(screen.getByLabelText(/理由/), "privilegeWithdrawn");
  const confirm = [...dialog.querySelectorAll("button")].find((one) => one.type === "submit");
  await userEvent.click(confirm as HTMLElement);
  await waitFor(() =>
    expect(calls.find((call) => call.method === "POST")?.body).toEqual({
      reason: "privilegeWithdrawn",
    }),
  );
});

test("one's own proposal cannot be approved", async () => {
  answer({
    ...SIGNED_IN,
    "GET /api/v1/pending": {
      body: [
        {
          id: "p1",
          at: 1_795_000_000,
          proposed_by: "kobayashi",
          about: "田中 花子",
          what: { act: "revoke", credential: TANAKA.fingerprint, reason: "keyCompromise" },
        },
      ],
    },
  });
  location.hash = "#/pending";
  show(<Console />);
  const approve = await screen.findByRole<HTMLButtonElement>("button", {
    name: "承認して実行する",
  });
  expect(approve.disabled).toBe(true);
});
