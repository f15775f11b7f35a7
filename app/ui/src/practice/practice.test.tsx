import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Practice } from "../backend/practice";
import type { StudySummary } from "../backend/types";
import { NewRequest } from "../request/NewRequest";
import { SignIn } from "../sign-in/SignIn";
import { dentist, studySummary } from "../test/fixtures";
import { answer, show } from "../test/node";
import { WorkList } from "../worklist/WorkList";
import { PracticeMark } from "./PracticeMark";

const NONE: Practice = { study_instance_uid: null, made_at: null, request: null };
const MADE: Practice = { ...NONE, study_instance_uid: "2.25.7", made_at: "2026-11-24T05:00:00Z" };
const sample: StudySummary = { ...studySummary, study_instance_uid: "2.25.7" };

function node(
  practice: Practice,
  studies: StudySummary[],
  more: Parameters<typeof answer>[0] = {},
) {
  return answer({
    "GET /api/v1/practice": { body: practice },
    "GET /api/v1/cases?limit=100": { body: [] },
    "GET /api/v1/studies": { body: studies },
    "GET /api/v1/agreements": { body: [] },
    "GET /api/v1/duties": { body: [] },
    "GET /api/v1/directory?readers=true": { body: [] },
    "GET /api/v1/archives": { body: [] },
    ...more,
  });
}

test("whoever cannot sign in yet is told to apply, or how the application stands", async () => {
  answer({ "GET /api/v1/practitioners": { body: [] } });
  const { unmount } = show(<SignIn />);
  await screen.findByText(/最初に申請します/);
  screen.getByRole("link", { name: "申請を始める" });
  unmount();
  answer({
    "GET /api/v1/practitioners": { body: [] },
    "GET /api/v1/applications": { body: [{ id: "a", state: "deposited" }] },
  });
  show(<SignIn />);
  await screen.findByText(/審査中です/);
  screen.getByRole("link", { name: "申請の状況を見る" });
});

test("whoever has no case yet makes a practice study, which says on the list that it is one", async () => {
  const calls = node(NONE, [], {
    "POST /api/v1/practice": { status: 202, body: { job: "j" } },
    "GET /api/v1/jobs/j": { body: { state: "done" } },
  });
  show(<WorkList />);
  const card = within(await screen.findByRole("region", { name: "はじめに" }));
  const make = await card.findByRole("button", { name: "見本の症例で練習する" });
  await userEvent.click(make);
  await waitFor(() => expect(calls.some((call) => call.path === "/api/v1/jobs/j")).toBe(true));
});

test("the practice study is marked, shows the request that was tried, and is deleted", async () => {
  const request = {
    by: "田中 花子",
    at: "2026-11-24T05:00:00Z",
    question: "練習の質問",
    history: "",
    region: "46",
    justification: "j",
    urgency: "routine" as const,
  };
  const calls = node({ ...MADE, request }, [sample], {
    "DELETE /api/v1/practice": { status: 200, body: null },
  });
  show(<WorkList />);
  const card = within(await screen.findByRole("region", { name: /練習用の検査/ }));
  card.getByText("練習");
  card.getByText("練習の質問");
  card.getByText(/送信はされていません/);
  await userEvent.click(card.getByRole("button", { name: "練習用の検査を削除する" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "練習用の検査を削除する" }));
  await waitFor(() => expect(calls.some((call) => call.method === "DELETE")).toBe(true));
});

test("every page of the practice study says that it is for practice, others do not", async () => {
  node(MADE, [sample]);
  const { unmount } = show(
    <main>
      <PracticeMark route={{ page: "reader", study: "2.25.7", caseId: null }} />
    </main>,
  );
  expect((await screen.findByRole("note")).textContent).toMatch(/^練習 実在しない患者/);
  unmount();
  show(
    <main>
      <PracticeMark route={{ page: "images", study: "1.2.3", caseId: null }} />
    </main>,
  );
  await new Promise((over) => setTimeout(over, 30));
  expect(screen.queryByRole("note")).toBeNull();
});

test("a practice request asks for nobody, and is kept and not sent", async () => {
  const calls = node(MADE, [sample], { "POST /api/v1/practice/request": { body: MADE } });
  show(<NewRequest study="2.25.7" me={dentist} />);
  await screen.findByText(/相手は選びません/);
  expect(document.querySelector("select[name=reader]")).toBeNull();
  for (const [name, text] of [
    ["question", "下顎管との距離は"],
    ["region", "48"],
    ["justification", "抜歯の前に"],
    ["explainedAt", "2026-11-01T10:00"],
  ]) {
    const field = document.querySelector<HTMLInputElement>(`[name=${name ?? ""}]`);
    if (!field) throw new Error(`there is no field ${name ?? ""}`);
    await userEvent.type(field, text ?? "");
  }
  await userEvent.click(screen.getByRole("button", { name: "練習の依頼を書き終える" }));
  const sent = await waitFor(() => {
    const found = calls.find((call) => call.method === "POST");
    if (!found) throw new Error("nothing was kept");
    return found;
  });
  expect(sent.path).toBe("/api/v1/practice/request");
  expect(sent.body).toMatchObject({ study_instance_uid: "2.25.7", with: "", region: "48" });
});
