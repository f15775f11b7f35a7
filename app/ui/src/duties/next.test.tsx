import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { CasePage } from "../consultation/CasePage";
import { reportedCase } from "../test/cases";
import { agreement, dentist, specialist } from "../test/fixtures";
import { answer, show } from "../test/node";
import { reassignable } from "./NextReader";

const takahashi = {
  ...specialist,
  fingerprint: "d".repeat(64),
  name_ja: "高橋 三郎",
  name_latin: "Saburo Takahashi",
};

const declined = {
  ...reportedCase,
  state: "declined" as const,
  reports: [],
  readers: reportedCase.readers.map((one) => ({ ...one, declined: true })),
};

test("r2 r8 after a refusal the next of those with an agreement is asked in the same case", async () => {
  const calls = answer({
    "GET /api/v1/cases/c1": { body: declined },
    "GET /api/v1/studies": { body: [] },
    "GET /api/v1/agreements": {
      body: [agreement, { ...agreement, id: "ag2", with: takahashi }],
    },
    [`GET /api/v1/directory/${takahashi.fingerprint}`]: { body: takahashi },
    "GET /api/v1/directory?readers=true": { body: [takahashi] },
    "POST /api/v1/cases/c1/forward": { body: {} },
  });
  show(<CasePage id="c1" me={dentist} />);
  expect(await screen.findByText("依頼は辞退されました")).toBeTruthy();
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

test("r2 nobody else is asked while whoever was asked still has time", () => {
  const waiting = { ...reportedCase, state: "awaiting_acceptance" as const, reports: [] };
  const late = (stage: "remind" | "warn" | null) =>
    reassignable({
      ...waiting,
      duties: [
        {
          case_id: "c1",
          patient_name: "",
          duty: "answer",
          entry: "e1",
          owner: specialist,
          mine: false,
          due_at: null,
          stage,
          told_at: null,
          contacts: [],
        },
      ],
    });
  expect(late(null)).toBeNull();
  expect(late("remind")).toBeNull();
  expect(late("warn")).toBe("late");
  expect(reassignable({ ...declined, role: "consulting" })).toBeNull();
  expect(reassignable({ ...declined, frozen: true })).toBeNull();
});

test("r2 r12 who is asked next is chosen in order, with the patient's consent", async () => {
  const waiting = {
    ...reportedCase,
    state: "awaiting_acceptance" as const,
    reports: [],
    successors: [],
  };
  const nishida = { ...takahashi, fingerprint: "f".repeat(64), name_ja: "西田 四郎" };
  const calls = answer({
    "GET /api/v1/cases/c1": { body: waiting },
    "GET /api/v1/studies": { body: [] },
    "GET /api/v1/agreements": {
      body: [takahashi, nishida].map((one, at) => ({
        ...agreement,
        id: `ag${at.toString()}`,
        with: one,
      })),
    },
    "PUT /api/v1/cases/c1/successors": { body: [] },
  });
  show(<CasePage id="c1" me={dentist} />);
  await userEvent.click(await screen.findByRole("button", { name: "指定・変更する" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(await dialog.findByRole("checkbox", { name: /西田/ }));
  await userEvent.click(dialog.getByRole("checkbox", { name: /高橋/ }));
  await userEvent.click(dialog.getByRole("button", { name: "この順に依頼する" }));
  expect(calls.some((call) => call.method === "PUT")).toBe(false);
  await userEvent.type(dialog.getByLabelText(/日時/), "2026-11-24T13:00");
  await userEvent.click(dialog.getByRole("button", { name: "この順に依頼する" }));
  await waitFor(() =>
    expect(calls.find((call) => call.method === "PUT")?.body).toMatchObject({
      readers: [nishida.fingerprint, takahashi.fingerprint],
      consent: { explained_by: dentist.name_ja },
    }),
  );
});
