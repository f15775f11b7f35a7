import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { CasePage } from "../consultation/CasePage";
import type { CaseDetail } from "../backend/types";
import { reportedCase } from "../test/cases";
import { agreement, dentist, specialist } from "../test/fixtures";
import { answer, show } from "../test/node";
import { reassignable } from "./NextReader";

const lost = {
  who: specialist,
  entry_id: "e0",
  part: "reader" as const,
  state: "revoked" as const,
  reason: "privilegeWithdrawn",
  since: "2026-11-24T07:00:00Z",
};

const mark = {
  state: "revoked" as const,
  reason: "privilegeWithdrawn",
  since: "2026-11-24T07:00:00Z",
  signed_before: true,
};

const dropped: CaseDetail = {
  ...reportedCase,
  state: "delivered",
  reports: [],
  timeline: reportedCase.timeline.map((one) => ({ ...one, credential: mark })),
  readers: reportedCase.readers.map((one) => ({ ...one, reported: false })),
  lost: [lost],
};

const takahashi = {
  ...specialist,
  fingerprint: "d".repeat(64),
  name_ja: "高橋 三郎",
  name_latin: "Saburo Takahashi",
};

test("r2 r3 r5 who has lost her credential is told, and the next of those with an agreement is asked", async () => {
  const calls = answer({
    "GET /api/v1/cases/c1": { body: dropped },
    "GET /api/v1/studies": { body: [] },
    "GET /api/v1/agreements": {
      body: [agreement, { ...agreement, id: "ag2", with: takahashi }],
    },
    [`GET /api/v1/directory/${takahashi.fingerprint}`]: { body: takahashi },
    "GET /api/v1/directory?readers=true": { body: [takahashi] },
    "POST /api/v1/cases/c1/forward": { body: {} },
  });
  show(<CasePage id="c1" me={dentist} />);
  const note = (await screen.findAllByRole("alert")).find((one) => one.dataset.lost === "reader");
  expect(note?.textContent).toContain("失効");
  expect(await screen.findByText(/失効前の署名/)).toBeTruthy();
  await userEvent.click(await screen.findByRole("button", { name: "高橋 三郎に依頼する" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(dialog.getByRole("checkbox"));
  await userEvent.type(dialog.getByLabelText(/説明した日時|同意を得た日時/), "2026-11-24T13:00");
  await userEvent.click(dialog.getByRole("button", { name: /依頼|加える/ }));
  await waitFor(() =>
    expect(calls.find((call) => call.method === "POST")?.body).toMatchObject({
      kind: "alternative",
      with: takahashi.fingerprint,
    }),
  );
});

test("r5 a further reader who has lost her credential is let go by the requester", async () => {
  const calls = answer({
    "GET /api/v1/cases/c1": {
      body: { ...dropped, lost: [{ ...lost, entry_id: "e7", part: "further_reader" }] },
    },
    "GET /api/v1/studies": { body: [] },
    "GET /api/v1/agreements": { body: [agreement] },
    "POST /api/v1/cases/c1/readers/e7/release": { body: {} },
  });
  show(<CasePage id="c1" me={dentist} />);
  await userEvent.click(await screen.findByRole("button", { name: "担当を解く" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "担当を解く" }));
  await waitFor(() => expect(calls.some((call) => call.method === "POST")).toBe(true));
});

test("r3 r5 a reader is told that the requester has lost her credential, and chooses nobody", async () => {
  answer({
    "GET /api/v1/cases/c1": {
      body: { ...dropped, role: "consulting", lost: [{ ...lost, part: "requester" }] },
    },
    "GET /api/v1/studies": { body: [] },
    "GET /api/v1/agreements": { body: [agreement] },
  });
  show(<CasePage id="c1" me={dentist} />);
  expect(await screen.findByText(/依頼元に電話/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "担当を解く" })).toBeNull();
});

test("r2 another is asked when who reads has lost her credential, and when she was let go", () => {
  expect(reassignable(dropped)).toBe("lost");
  expect(reassignable({ ...dropped, role: "consulting" })).toBeNull();
  expect(reassignable({ ...dropped, frozen: true })).toBeNull();
  expect(reassignable({ ...dropped, lost: [{ ...lost, part: "reported" }] })).toBeNull();
  const waiting = { ...dropped, state: "awaiting_acceptance" as const, lost: [] };
  const released = dropped.readers.map((one) => ({ ...one, accepted: false, released: true }));
  expect(reassignable({ ...waiting, readers: released })).toBe("lost");
  expect(reassignable({ ...waiting, readers: [...released, ...dropped.readers] })).toBeNull();
});
