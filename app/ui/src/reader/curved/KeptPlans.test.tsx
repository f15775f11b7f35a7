import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { asSigned, drafted, forgetDrafted } from "../../consultation/drafted";
import { forgetKept } from "../../report/autosave";
import { readingCase, reportedCase } from "../../test/cases";
import { study } from "../../test/fixtures";
import { answer, show } from "../../test/node";
import { judge } from "../../test/axe";
import type { KeptPlan } from "../pure/curved/kept";
import { KeptNote } from "./KeptNote";
import { KeptPlans } from "./KeptPlans";
import { changePlan, forgetPlans, planOf } from "./usePlan";

const SERIES = "1.2.3.1";
const PATH = "/api/v1/cases/c1/draft";
const PLAN: KeptPlan = {
  series: SERIES,
  control: [
    [1, 2],
    [30, 4],
  ],
  came: "drawn",
  canals: [{ id: "c", diameter: 2.5, points: [[0, 0, 4], [10, 0, 4]] }], // prettier-ignore
  implants: [{ id: "i", head: [5, 0, 17], axis: [0, 0, -1], diameter: 4, length: 8 }],
};
const kept = (content: object) => ({
  body: {
    draft: { revision: 7, saved_at: "2026-11-30T01:00:00Z", signed_since: false, content },
  },
});

afterEach(() => {
  forgetKept();
  forgetDrafted();
  forgetPlans();
});

function open(draft: object, detail = readingCase) {
  const calls = answer({
    "GET /api/v1/cases/c1": { body: detail },
    [`GET ${PATH}`]: draft as { body: unknown },
    [`PUT ${PATH}`]: { body: { revision: 8, saved_at: "2026-11-30T01:01:00Z" } },
    [`DELETE ${PATH}`]: { body: null },
  });
  show(
    <>
      <KeptPlans caseId="c1" study={study} />
      <KeptNote />
    </>,
  );
  return calls;
}

test("what is planned is saved in the draft, written into the report once, and not signed", async () => {
  const calls = open({ body: { draft: null } });
  await screen.findByText(/署名するまで報告書の下書きに保存されます/);
  act(() => changePlan(SERIES, () => ({ ...PLAN })));
  await waitFor(() => {
    const saved = calls.filter((one) => one.method === "PUT").at(-1)?.body;
    expect(saved).toMatchObject({ revision: 0, content: { plans: [PLAN] } });
  });

  await userEvent.click(screen.getByRole("button", { name: "報告書に書き込む" }));
  const words = drafted("c1").findings;
  expect(words).toContain("神経管 1：10.00 mm にわたり描出（太さ 2.50 mm）");
  expect(words).toContain("インプラント 1：直径 4.00 mm、長さ 8.00 mm、神経管 1 まで 3.75 mm");
  await judge();

  // Once more after a change: in the place of what was written, not beside it.
  act(() => changePlan(SERIES, () => ({ implants: [] })));
  await userEvent.click(screen.getByRole("button", { name: "報告書に書き込む" }));
  expect(drafted("c1").findings).not.toContain("インプラント");
  expect(drafted("c1").findings.match(/神経管/g)?.length).toBe(1);
  const signed = asSigned(drafted("c1"));
  expect(Object.keys(signed)).not.toContain("plans");
  expect(Object.keys(signed)).not.toContain("planned");
});

test("r6 canals and implants are there again when the case is opened again, and stay when it is gone on with", async () => {
  const calls = open(kept({ findings: "骨は十分", plans: [PLAN, { series: 7 }] }));
  await waitFor(() => expect(planOf(SERIES).canals).toEqual(PLAN.canals));
  expect(planOf(SERIES)).toMatchObject({ implants: PLAN.implants, control: PLAN.control });
  // Nothing is put in the place of words that nobody has answered for.
  expect(screen.getByRole<HTMLButtonElement>("button", { name: /書き込む/ }).disabled).toBe(true);
  act(() => changePlan(SERIES, ({ canals }) => ({ canals, implants: [] })));
  await userEvent.click(screen.getByRole("button", { name: "下書きの続きを書く" }));
  await waitFor(() => expect(drafted("c1").findings).toBe("骨は十分"));
  expect(planOf(SERIES).implants).toEqual([]);
  await waitFor(() => {
    const saved = calls.filter((one) => one.method === "PUT").at(-1)?.body;
    expect(saved).toMatchObject({ revision: 7, content: { plans: [{ implants: [] }] } });
  });
});

test("a draft that is thrown away takes its plans along; the arch stays", async () => {
  open(kept({ plans: [PLAN] }));
  await waitFor(() => expect(planOf(SERIES).canals.length).toBe(1));
  await userEvent.click(screen.getByRole("button", { name: /捨てる|破棄|消す/ }));
  await waitFor(() => expect(planOf(SERIES).canals).toEqual([]));
  expect(planOf(SERIES).implants).toEqual([]);
  expect(planOf(SERIES).control).toEqual(PLAN.control);
});

test("where there is no report to write nothing is kept, and the page says so", async () => {
  const calls = open(kept({ plans: [PLAN] }), reportedCase);
  await screen.findByText(/報告書や症例には保存されません/);
  await waitFor(() => expect(calls.length).toBeGreaterThan(0));
  act(() => changePlan(SERIES, () => ({ ...PLAN })));
  expect(calls.filter((one) => one.path === PATH)).toEqual([]);
});
