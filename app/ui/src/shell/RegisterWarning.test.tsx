import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { RegisterView } from "../backend/types";
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

test("r21 a split view says to send nothing and to telephone, however fresh the register", async () => {
  await warn({ split_views: 1 });
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toMatch(/何も送らず、登録機関に電話/);
});

test("r17 a node without a credential is not warned of a register it cannot have", async () => {
  await warn({ freshness: "never", seen: null }, null);
  await new Promise((done) => setTimeout(done, 20));
  expect(screen.queryByRole("alert")).toBeNull();
});
