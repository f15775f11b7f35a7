import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { App } from "./App";
import { backend } from "./backend/client";
import { createQueryClient, keys } from "./backend/queries";
import { answer } from "./test/node";
import { dentist } from "./test/fixtures";

const choices = [{ id: dentist.id, name: dentist.name_ja }];

function start() {
  vi.stubGlobal(
    "EventSource",
    class {
      static readonly OPEN = 1;
      static readonly CLOSED = 2;
      readonly readyState = 1;
      addEventListener = () => undefined;
      close = () => undefined;
    },
  );
  const calls = answer({
    "GET /api/v1/session": { body: dentist },
    "GET /api/v1/practitioners": { body: choices },
    "POST /api/v1/session/lock": { body: {} },
    "DELETE /api/v1/session": { body: {} },
    "POST /api/v1/session": { status: 201, body: { practitioner: dentist, expires_at: "" } },
    "GET /api/v1/studies": { body: [] },
    "GET /api/v1/directory?readers=true": { body: [] },
    "GET /api/v1/agreements": { body: [] },
    "GET /api/v1/cases": { body: [] },
    "GET /api/v1/security": {
      body: {
        second_factor: null,
        recovery_kit: false,
        auto_lock_seconds: 900,
        kem_valid_until: "",
      },
    },
  });
  const client = createQueryClient();
  render(
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>,
  );
  return { calls, client };
}

test("r20 after a lock the same person goes on where she was, with what she had typed", async () => {
  location.hash = "#/security";
  const { client } = start();
  await userEvent.type(await screen.findByLabelText("今のパスフレーズ"), "typed before");
  act(() => {
    client.setQueryData(keys.session, null);
  });
  expect(await screen.findByRole("heading", { name: "ロックされています" })).toBeTruthy();
  const page = screen.getByLabelText("今のパスフレーズ");
  expect(page.closest("[hidden]")).not.toBeNull();
  expect(page.closest("[inert]")).not.toBeNull();

  const visible = await vi.waitFor(() => {
    const fields = screen.getAllByLabelText("パスフレーズ");
    const found = fields.find((field) => field.closest("[hidden]") === null);
    if (!found) throw new Error("not shown yet");
    return found;
  });
  await userEvent.type(visible, "hare nochi kumori 7 sai{Enter}");
  await vi.waitFor(() => expect(screen.queryByText("ロックされています")).toBeNull());
  expect(screen.getByLabelText("今のパスフレーズ")).toHaveProperty("value", "typed before");
  expect(page.closest("[hidden]")).toBeNull();
});

test("r20 after signing out by hand nothing is kept behind a lock", async () => {
  const { client } = start();
  fireEvent.click(await screen.findByRole("button", { name: "サインアウト" }));
  expect(await screen.findByRole("heading", { name: "サインイン" })).toBeTruthy();
  expect(document.querySelector("[hidden]")).toBeNull();
  expect(client.getQueryData(keys.session)).toBeNull();
});

test("r20 what a page asks by itself says so", async () => {
  const { calls } = start();
  await screen.findByRole("button", { name: "サインアウト" });
  expect(calls.at(-1)?.headers.get("X-Dokuei-Background")).toBeNull();
  const later = Date.now() + 61_000;
  vi.spyOn(Date, "now").mockReturnValue(later);
  await backend.cases();
  expect(calls.at(-1)?.headers.get("X-Dokuei-Background")).toBe("1");
  fireEvent.keyDown(document.body, { key: "a" });
  await backend.cases();
  expect(calls.at(-1)?.headers.get("X-Dokuei-Background")).toBeNull();
});
