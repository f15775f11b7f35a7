import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Evidence, RegisterView } from "../backend/types";
import { chooseLanguage } from "../i18n";
import { nodeStatus } from "../test/fixtures";
import { answer, show } from "../test/node";
import { RegisterWarning } from "./RegisterWarning";

async function warn(part: Partial<RegisterView>, network: string | null = "0123") {
  const register = { ...nodeStatus.register, ...part };
  const calls = answer({ "GET /api/v1/status": { body: { ...nodeStatus, network, register } } });
  const { container } = show(<RegisterWarning />);
  await waitFor(() => expect(calls.length).toBe(1));
  return container;
}

test("r17 a fresh register is nothing to warn of", async () => {
  await warn({});
  await new Promise((done) => setTimeout(done, 20));
  expect(screen.queryByRole("alert")).toBeNull();
});

test("r17 an ageing register is told, with what still goes", async () => {
  await warn({ freshness: "ageing" });
  expect((await screen.findByRole("alert")).textContent).toMatch(/進行中の症例は続けられます/);
});

test("r17 a stale register and one never seen are told in both languages", async () => {
  await warn({ freshness: "stale" });
  expect((await screen.findByRole("alert")).textContent).toMatch(/止まっています/);
  chooseLanguage("en");
  await waitFor(() =>
    expect(screen.getByRole("alert").textContent).toMatch(/Connect to the network/),
  );
  chooseLanguage("ja");
});

const evidence: Evidence = {
  id: "ab12",
  found: "2026-11-24T06:00:00Z",
  charge: "two-roots",
  replaced_key: false,
  smaller: { size: 1234, root: "0123456789abcdef".repeat(4), signed_at: "2026-11-24T05:00:00Z" },
  larger: { size: 1234, root: "fedcba9876543210".repeat(4), signed_at: "2026-11-24T05:30:00Z" },
};

async function split(kept: Evidence) {
  const status = { ...nodeStatus, register: { ...nodeStatus.register, split_views: 1 } };
  answer({
    "GET /api/v1/status": { body: status },
    "GET /api/v1/register": { body: { entries: 1234, evidence: [kept] } },
  });
  show(<RegisterWarning />);
  return await screen.findByRole("alert");
}

test("r21 a split view says to send nothing and to telephone, however fresh the register", async () => {
  const alert = await split(evidence);
  expect(alert.textContent).toMatch(/何も送らず/);
  expect(alert.textContent).toMatch(/登録機関に電話/);
});

test("r21 the evidence shows what to read on the telephone, and is a file to hand over", async () => {
  const alert = await split(evidence);
  const file = await screen.findByRole("link", { name: "証拠のファイルを保存" });
  expect(file.getAttribute("href")).toBe("/api/v1/register/evidence/ab12");
  expect(alert.textContent).toMatch(/同じ件数なのに内容が異なります/);
  expect(alert.textContent).toMatch(/0123 4567 89ab cdef/);
  expect(alert.textContent).toMatch(/fedc ba98 7654 3210/);
  chooseLanguage("en");
  await waitFor(() => expect(alert.textContent).toMatch(/Send nothing/));
  expect(alert.textContent).toMatch(/1234 entries/);
  chooseLanguage("ja");
});

test("r21 a thief's register is told from the registry's own", async () => {
  const alert = await split({ ...evidence, replaced_key: true });
  await waitFor(() => expect(alert.textContent).toMatch(/古い鍵を持つ者/));
});

test("r17 a node without a credential is not warned of a register it cannot have", async () => {
  await warn({ freshness: "never", seen: null }, null);
  await new Promise((done) => setTimeout(done, 20));
  expect(screen.queryByRole("alert")).toBeNull();
});
