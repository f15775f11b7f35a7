import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { App } from "./App";
import { backend } from "./backend/client";
import { createQueryClient, keys } from "./backend/queries";
import { drafted } from "./consultation/drafted";
import { readingCase } from "./test/cases";
import { dentist, studySummary } from "./test/fixtures";
import { answer } from "./test/node";

const colleague = { ...dentist, id: "suzuki", fingerprint: "dd".repeat(32), name_ja: "鈴木 次郎" };
const choices = [dentist, colleague].map(({ id, name_ja }) => ({ id, name: name_ja }));

function start(more: Parameters<typeof answer>[0] = {}) {
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
    "GET /api/v1/cases?limit=100": { body: [] },
    "GET /api/v1/security": {
      body: {
        second_factor: null,
        recovery_kit: false,
        auto_lock_seconds: 900,
        kem_valid_until: "",
      },
    },
    ...more,
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

  await userEvent.type(await unlocking(), "hare nochi kumori 7 sai{Enter}");
  await vi.waitFor(() => expect(screen.queryByText("ロックされています")).toBeNull());
  expect(screen.getByLabelText("今のパスフレーズ")).toHaveProperty("value", "typed before");
  expect(page.closest("[hidden]")).toBeNull();
});

/** The passphrase field of the lock screen, over whatever page is kept. */
const unlocking = () =>
  vi.waitFor(() => {
    const fields = screen.getAllByLabelText("パスフレーズ");
    const found = fields.find((field) => field.closest("[hidden]") === null);
    if (!found) throw new Error("not shown yet");
    return found;
  });

test("r20 over a lock somebody else begins anew, and what was written before is not saved as hers", async () => {
  location.hash = "#/cases/c1";
  const { calls, client } = start({
    "POST /api/v1/session": { status: 201, body: { practitioner: colleague, expires_at: "" } },
    "GET /api/v1/cases/c1": { body: readingCase },
    "GET /api/v1/studies": { body: [studySummary] },
    "GET /api/v1/report-templates": { body: { built_in: [], own: [] } },
    "GET /api/v1/cases/c1/draft": { body: { draft: null } },
    "PUT /api/v1/cases/c1/draft": { body: { revision: 1, saved_at: "2026-11-30T01:00:00Z" } },
  });
  await userEvent.click(await screen.findByRole("button", { name: "報告書を書く" }));
  await vi.waitFor(() => expect(screen.getByLabelText(/^所見/)).toHaveProperty("disabled", false));
  fireEvent.change(screen.getByLabelText(/^所見/), { target: { value: "前の人の所見" } });
  expect(drafted("c1").findings).toBe("前の人の所見");
  client.setQueryData(["cases", "hers"], "of whoever was here before");
  act(() => {
    client.setQueryData(keys.session, null);
  });
  const passphrase = await unlocking();
  const names = document.querySelector("select[name=practitioner]");
  if (!names) throw new Error("the lock screen names nobody");
  await userEvent.selectOptions(names, colleague.id);
  await userEvent.type(passphrase, "hare nochi kumori 7 sai{Enter}");
  await screen.findByRole("button", { name: "報告書を書く" });
  expect(screen.getByText(colleague.name_ja)).toBeTruthy();
  expect(client.getQueryData(["cases", "hers"])).toBeUndefined();
  expect(drafted("c1").findings).toBe("");
  await userEvent.click(screen.getByRole("button", { name: "報告書を書く" }));
  expect(screen.getByLabelText(/^所見/)).toHaveProperty("value", "");
  expect(calls.filter((call) => call.method === "PUT")).toEqual([]);
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
