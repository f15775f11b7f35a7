import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Passing } from "../backend/passing";
import { judge } from "../test/axe";
import { reportedCase } from "../test/cases";
import { dentist, specialist } from "../test/fixtures";
import { answer, show } from "../test/node";
import { HandOverCard } from "./HandOverCard";
import { PassedOn } from "./PassedOn";
import { TakeOverCards } from "./TakeOverCards";

const heir = { ...specialist, fingerprint: "e".repeat(64), name_ja: "鈴木 良子" };
const none = { open: 0, ended: 0, offered: 0, frozen: 0, barred: 0, lacking: [] };
const mine: Passing = {
  mine: { ...none, open: 2, ended: 3, to: null },
  candidates: [heir],
  for_me: [],
};
const lacking: Passing = {
  ...mine,
  mine: { ...mine.mine, to: heir, lacking: [{ reader: specialist, cases: 2 }] },
};

test("r5 r8 everything is handed over to whoever is chosen, after what hinders was shown", async () => {
  const calls = answer({
    "GET /api/v1/hand-over": { body: mine },
    [`GET /api/v1/hand-over?to=${heir.fingerprint}`]: { body: lacking },
    "POST /api/v1/hand-over": { body: lacking },
  });
  show(<HandOverCard />);
  expect(await screen.findByText("進行中 2件、終了済み 3件")).toBeTruthy();
  await userEvent.selectOptions(screen.getByLabelText("新しい院長"), heir.fingerprint);
  expect(await screen.findByText(/取り決めが必要です/)).toBeTruthy();
  await judge();
  await userEvent.click(await screen.findByText("引き継ぎを申し出る…"));
  const dialog = within(await screen.findByRole("dialog"));
  const posted = () => calls.filter((call) => call.method === "POST");
  await userEvent.click(dialog.getByText("署名する"));
  expect(posted(), "neither reason nor passphrase").toHaveLength(0);
  await userEvent.type(dialog.getByLabelText(/^理由/), "閉院");
  await userEvent.type(dialog.getByLabelText(/パスフレーズ/), "seven herons");
  await userEvent.click(dialog.getByText("署名する"));
  await waitFor(() => expect(posted()).toHaveLength(1));
  expect(posted()[0]?.body).toEqual({
    to: heir.fingerprint,
    reason: "閉院",
    passphrase: "seven herons",
    second_factor: null,
  });
});

test("r5 whoever takes over signs herself, and is told when she does so alone", async () => {
  const left = { state: "revoked" as const, since: "2026-11-24T07:00:00Z" };
  const calls = answer({
    "GET /api/v1/hand-over": {
      body: { ...mine, for_me: [{ ...none, open: 1, from: specialist, lost: left }] },
    },
    "POST /api/v1/hand-over/taken": { body: mine },
  });
  show(<TakeOverCards />);
  expect(await screen.findByText(/単独で引き継げます/)).toBeTruthy();
  expect(screen.queryByText("辞退する")).toBeNull();
  await userEvent.click(screen.getByText("引き継ぐ…"));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/単独での引き継ぎであること/)).toBeTruthy();
  await userEvent.type(dialog.getByLabelText(/パスフレーズ/), "seven herons");
  await userEvent.click(dialog.getByText("署名する"));
  await waitFor(() =>
    expect(calls.find((call) => call.method === "POST")?.body).toMatchObject({
      from: specialist.fingerprint,
    }),
  );
});

test("r5 an offer is declined with a reason", async () => {
  const calls = answer({
    "GET /api/v1/hand-over": {
      body: { ...mine, for_me: [{ ...none, open: 1, offered: 1, from: specialist, lost: null }] },
    },
    "POST /api/v1/hand-over/ended": { body: mine },
  });
  show(<TakeOverCards />);
  await userEvent.click(await screen.findByText("辞退する"));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.type(dialog.getByLabelText(/^理由/), "開業しない");
  await userEvent.click(dialog.getByRole("button", { name: "辞退する" }));
  await waitFor(() =>
    expect(calls.find((call) => call.method === "POST")?.body).toEqual({
      with: specialist.fingerprint,
      reason: "開業しない",
    }),
  );
});

test("r5 r8 a reader is told who answers for the patient, and what the new owner waits for", () => {
  answer({});
  const taken = {
    entry_id: "e8",
    from: dentist,
    by: heir,
    name: "鈴木 良子",
    institution: "さくら歯科",
    at: "2026-11-24T07:00:00Z",
    lost: "revoked" as const,
    lost_since: "2026-11-23T07:00:00Z",
  };
  const offer = {
    entry_id: "e9",
    to: heir,
    name: "鈴木 良子",
    at: "2026-11-24T08:00:00Z",
    reason: "閉院",
    waits_for_me: true,
    waits_for: null,
  };
  show(<PassedOn detail={{ ...reportedCase, taken_over: [taken], hand_over: offer }} />);
  expect(screen.getByText(/単独で引き継ぎました/)).toBeTruthy();
  expect(screen.getByText(/あなたの取り決めがまだありません/)).toBeTruthy();
});
