import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { ListedUrgent, UrgentFinding } from "../backend/dutyTypes";
import { specialist } from "../test/fixtures";
import { answer, show } from "../test/node";
import { Alarm } from "./Alarm";

const finding: UrgentFinding = {
  entry_id: "u1",
  category: "minutes",
  finding: "気道を圧迫する腫瘤",
  advice: "直ちに専門病院へ",
  contact: "03-1234-5678",
  identified_at: "2026-11-24T06:00:00Z",
  signed_at: "2026-11-24T06:01:00Z",
  by: specialist,
  mine: false,
  delivery: null,
  acknowledged: null,
  contacts: [{ kind: "reader", name: "鈴木 一郎", text: "03-1234-5678" }],
};

/** Somebody else's alarm, and what I have chosen to hear. */
function alarmed(alarm_sound: boolean) {
  const listed: ListedUrgent = {
    ...finding,
    case_id: "c1",
    patient_name: "山田 太郎",
    role: "requesting",
    due_at: null,
    stage: null,
  };
  const settings = { version: 1, language: "ja", quiet: null, desktop: [], email: null };
  const kept = { settings: { ...settings, webhook: null, alarm_sound }, recent: [], groups: [] };
  const turned = { ...kept, settings: { ...kept.settings, alarm_sound: !alarm_sound } };
  const calls = answer({
    "GET /api/v1/urgent": { body: [listed] },
    "GET /api/v1/me/notices": { body: kept },
    "PUT /api/v1/me/notices": { body: turned },
  });
  const started = vi.fn();
  vi.stubGlobal(
    "AudioContext",
    class {
      readonly state = "suspended";
      readonly resume = () => Promise.resolve();
      readonly close = () => Promise.resolve();
      constructor() {
        started();
      }
    },
  );
  show(<Alarm signedIn />);
  return { calls, started };
}

test("r9 an alarm that is not heard is seen, says that it is silent, and is heard again by a click", async () => {
  const { calls, started } = alarmed(false);
  const bar = within(await screen.findByRole("alert"));
  bar.getByRole("link", { name: "山田 太郎" });
  const off = await bar.findByRole("button", { name: /緊急の音：切/ });
  expect(off.getAttribute("aria-pressed")).toBe("false");
  expect(started).not.toHaveBeenCalled();
  await userEvent.click(off);
  const put = await waitFor(() => {
    const found = calls.find((call) => call.method === "PUT");
    if (!found) throw new Error("nothing was kept");
    return found.body;
  });
  expect(put).toMatchObject({ settings: { alarm_sound: true }, new_secret: false });
  await bar.findByRole("button", { name: /音を止める/ });
  await waitFor(() => expect(started).toHaveBeenCalled());
});

test("r9 whoever has chosen nothing hears it", async () => {
  const { started } = alarmed(true);
  await screen.findByRole("button", { name: /音を止める/ });
  await waitFor(() => expect(started).toHaveBeenCalled());
  expect(screen.queryByRole("button", { name: /緊急の音/ })).toBeNull();
});
