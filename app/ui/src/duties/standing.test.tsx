import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { CasePage } from "../consultation/CasePage";
import type { CaseDetail } from "../backend/types";
import { reportedCase } from "../test/cases";
import { dentist, specialist } from "../test/fixtures";
import { answer, show } from "../test/node";

const CASE = "GET /api/v1/cases/c1";

function shown(detail: CaseDetail, more: Parameters<typeof answer>[0] = {}) {
  return answer({
    [CASE]: { body: detail },
    "GET /api/v1/studies": { body: [] },
    "GET /api/v1/agreements": { body: [] },
    ...more,
  });
}

test("r3 r6 who has renewed her certificate is shown with the entry of the register", async () => {
  const renewal = {
    who: specialist,
    earlier: "a".repeat(64),
    later: "b".repeat(64),
    since: "2026-11-01T00:00:00Z",
    until: "2027-10-31T23:59:59Z",
    register_entry: 42,
  };
  shown({ ...reportedCase, renewals: [renewal] });
  show(<CasePage id="c1" me={dentist} />);
  const card = await screen.findByRole("region", { name: "証明書の更新" });
  expect(within(card).getByText(/公開登録簿 42 番/)).toBeTruthy();
});

test("r6 r17 whoever signed two entries for one place is named with both", async () => {
  const entry = { type: "report", at: "2026-11-24T07:00:00Z" };
  const fork = {
    who: specialist,
    institution: "関東歯科大学病院",
    number: 3,
    entries: [
      { ...entry, entry_id: "1".repeat(64), here: true },
      { ...entry, entry_id: "2".repeat(64), here: false },
    ],
  };
  shown({ ...reportedCase, frozen: true, forks: [fork] });
  show(<CasePage id="c1" me={dentist} />);
  const alerts = await screen.findAllByRole("alert");
  const told = alerts.find((one) => one.querySelector("[data-fork]") !== null);
  expect(told?.textContent).toContain("関東歯科大学病院");
  expect(told?.querySelectorAll("li")).toHaveLength(2);
});

const asked = {
  entry_id: "e9",
  by: dentist,
  at: "2026-11-24T07:00:00Z",
  reason: "当院で保存しています",
  mine: false,
  for_me: true,
  waits_for: [specialist],
  answers: [],
  deletion: null,
};

test("r19 the requester asks for the copies to be erased when the case has ended, with a reason", async () => {
  const calls = shown(
    { ...reportedCase, state: "closed" },
    { "POST /api/v1/cases/c1/erase-requests": { status: 201, body: {} } },
  );
  show(<CasePage id="c1" me={dentist} />);
  await userEvent.click(await screen.findByRole("button", { name: "相手方に写しの消去を求める" }));
  const dialog = await screen.findByRole("dialog");
  const sign = within(dialog).getByRole("button", { name: "署名して求める" });
  await userEvent.click(sign);
  expect(calls.some((one) => one.method === "POST")).toBe(false);
  await userEvent.type(within(dialog).getByRole("textbox"), "保存は当院で行います");
  await userEvent.click(sign);
  await waitFor(() =>
    expect(calls.find((one) => one.method === "POST")?.body).toEqual({
      reason: "保存は当院で行います",
    }),
  );
});

test("r19 whoever is asked deletes first and then sends the certificate, or says why she keeps it", async () => {
  const detail: CaseDetail = { ...reportedCase, role: "consulting", state: "closed" };
  shown({ ...detail, erasures: [asked] });
  const first = show(<CasePage id="c1" me={dentist} />);
  expect(await screen.findByRole("link", { name: "保存と廃棄を開く" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "証明書を送る" })).toBeNull();
  first.unmount();
  const calls = shown(
    { ...detail, erasures: [{ ...asked, deletion: 4 }] },
    { "POST /api/v1/cases/c1/erase-requests/e9/answer": { status: 201, body: {} } },
  );
  show(<CasePage id="c1" me={dentist} />);
  await userEvent.click(await screen.findByRole("button", { name: "証明書を送る" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "証明書を送る" }));
  await waitFor(() =>
    expect(calls.find((one) => one.method === "POST")?.body).toEqual({ deletion: 4 }),
  );
});
