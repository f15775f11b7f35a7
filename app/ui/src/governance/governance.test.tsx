import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { GovernanceWarning } from "../shell/GovernanceWarning";
import { judge } from "../test/axe";
import { answers, display, house, me, records } from "../test/governance";
import { answer, show, type Call } from "../test/node";
import { chooseDisplay, stateOf, suits } from "./chosen";
import { DisplayForReport } from "./DisplayForReport";
import { DisplayNote } from "./DisplayNote";
import { GovernancePage } from "./GovernancePage";
import { PatternPage } from "./PatternPage";

beforeEach(() => chooseDisplay(null));

const signed = (calls: Call[]) =>
  calls.filter((call) => call.method === "POST" && call.path.endsWith("/governance/records"));

const taken = { "POST /api/v1/governance/records": { status: 201, body: records[0] } };

test("r21 r22 what is due is told, and that records are declarations", async () => {
  answer(answers);
  show(<GovernancePage />);
  expect(await screen.findByText("運用管理規程がまだです。")).toBeTruthy();
  expect(screen.getByText(/年次の見直しの期限は/)).toBeTruthy();
  expect(screen.getByText(/内容を本システムが検証したものではありません/)).toBeTruthy();
  expect(await screen.findByText(/指名されるまで、サインインできる全員が/)).toBeTruthy();
  await judge();
});

test("r11 a document is filled in, read, and only then signed", async () => {
  const facts = {
    institution: "山田歯科医院",
    manager: null,
    administrator: null,
    contact: null,
    devices: null,
    record_years: 5,
    image_years: 5,
  };
  const draft = {
    record: "policy",
    kind: "management",
    language: "ja",
    version: 1,
    text: "# 運用管理規程\n\n管理者は ＿＿＿＿ とする。",
    facts,
    from: "2026-11-30",
    until: "2027-11-29",
  };
  const path = "POST /api/v1/governance/drafts/management";
  const calls = answer({ ...answers, ...taken, [path]: { body: draft } });
  show(<GovernancePage />);
  await userEvent.click(await screen.findByText("運用管理規程を作る"));
  const dialog = await screen.findByRole("dialog", { hidden: true });
  expect(within(dialog).getByText(/未記入の箇所/)).toBeTruthy();
  await userEvent.click(within(dialog).getByText("署名する"));
  expect(signed(calls)).toHaveLength(0);
  await userEvent.type(within(dialog).getByLabelText(/^管理者（院長）/), "山田 一郎");
  const filled = { ...draft, text: "# 運用管理規程\n\n管理者は 山田 一郎 とする。" };
  const again = answer({ ...answers, ...taken, [path]: { body: filled } });
  await userEvent.click(within(dialog).getByText("文面に反映する"));
  expect(await within(dialog).findByText("管理者は 山田 一郎 とする。")).toBeTruthy();
  expect(again[0]?.body).toMatchObject({ facts: { manager: "山田 一郎" } });
  await userEvent.click(within(dialog).getByText("署名する"));
  await waitFor(() =>
    expect(signed(again)[0]?.body).toMatchObject({ text: filled.text, version: 1 }),
  );
});

test("r25 the pledge is read before it is signed", async () => {
  const calls = answer({
    ...answers,
    ...taken,
    "POST /api/v1/governance/drafts/pledge": {
      body: { text: "退職後も守ります。", facts: {}, from: "2026-11-30", until: "2027-11-29" },
    },
  });
  show(<GovernancePage />);
  await userEvent.click(await screen.findByRole("button", { name: "守秘誓約に署名する" }));
  expect(await screen.findByText("退職後も守ります。")).toBeTruthy();
  await userEvent.click(screen.getByText("署名する"));
  await waitFor(() =>
    expect(signed(calls)[0]?.body).toEqual({
      record: "pledge",
      person: { id: "sato", name: "佐藤 一郎" },
      text: "退職後も守ります。",
      until: "2027-11-29",
    }),
  );
});

test("r22 every point is judged, and a finding has a remedy and a day", async () => {
  const calls = answer({ ...answers, ...taken });
  show(<GovernancePage />);
  await userEvent.click(await screen.findByText("自己点検を行う"));
  const dialog = await screen.findByRole("dialog", { hidden: true });
  await userEvent.click(await within(dialog).findByText("署名する"));
  expect(within(dialog).getByText(/すべての項目に答え/)).toBeTruthy();
  const [fits] = within(dialog).getAllByLabelText("適合");
  const [, wrong] = within(dialog).getAllByLabelText("要改善");
  if (fits) await userEvent.click(fits);
  if (wrong) await userEvent.click(wrong);
  await userEvent.click(within(dialog).getByText("署名する"));
  expect(signed(calls)).toHaveLength(0);
  await userEvent.type(within(dialog).getByLabelText(/^改善策/), "鍵を付ける");
  await userEvent.type(within(dialog).getByLabelText(/^改善の期限/), "2026-12-31");
  await judge();
  await userEvent.click(within(dialog).getByText("署名する"));
  await waitFor(() =>
    expect(signed(calls)[0]?.body).toMatchObject({
      record: "inspection",
      answers: [
        { item: "roles", outcome: "fits", remedy: null },
        { item: "room", outcome: "finding", remedy: "鍵を付ける", due: "2026-12-31" },
      ],
    }),
  );
});

test("r18 a display warns when it is unknown, overdue or not enough, and grade 2 is enough for CT", async () => {
  expect(suits(display, ["CT", "MR"])).toBe(true);
  expect(suits(display, ["IO"])).toBe(false);
  expect(suits({ ...display, grade: "1B" }, ["IO"])).toBe(true);
  expect(suits({ ...display, grade: "1A", width: 1024 }, ["IO", "CT"])).toBe(true);
  const [, check] = house.due;
  const failed = check ? [{ ...check, state: "failed" as const }] : [];
  expect(stateOf([], null, [], ["CT"])).toBe("none");
  expect(stateOf([display], null, [], ["CT"])).toBe("unknown");
  expect(stateOf([display], display.name, [], ["CT"])).toBe("good");
  expect(stateOf([display], display.name, [], ["PX"])).toBe("unfit");
  expect(stateOf([display], display.name, house.due, ["CT"])).toBe("overdue");
  expect(stateOf([display], display.name, failed, ["PX"])).toBe("failed");
  answer(answers);
  const { container } = show(<DisplayNote modalities={["CT"]} />);
  expect(await screen.findByText(/モニタが選ばれていません/)).toBeTruthy();
  chooseDisplay(display.name);
  expect(await screen.findByText(/点検が期限を過ぎています/)).toBeTruthy();
  container.remove();
});

test("r18 the display goes into the report, with what is against it", async () => {
  answer(answers);
  chooseDisplay(display.name);
  const onText = vi.fn();
  show(<DisplayForReport modalities={["CT"]} text="CBCT。" onText={onText} />);
  await userEvent.click(await screen.findByText("読影モニタを報告書に記す"));
  const [[text]] = onText.mock.calls as [[string]];
  expect(text).toContain("CBCT。\n読影モニタ：読影室 左（RX370、1536×2048、グレード2、点検または");
});

test("r18 the day's look passes only when all of it was seen", async () => {
  const calls = answer({ ...answers, ...taken });
  chooseDisplay(display.name);
  show(<PatternPage />);
  await screen.findByText(display.name);
  const boxes = screen.getAllByRole("checkbox");
  expect(boxes).toHaveLength(5);
  for (const box of boxes.slice(1)) await userEvent.click(box);
  expect(screen.getByText("不良と記録する")).toBeTruthy();
  if (boxes[0]) await userEvent.click(boxes[0]);
  await judge();
  await userEvent.click(screen.getByText("異常なしと記録する"));
  await waitFor(() =>
    expect(signed(calls)[0]?.body).toEqual({
      record: "display_check",
      name: display.name,
      passed: true,
      note: null,
    }),
  );
});

test("r11 r25 an open incident and what is due of oneself are told on every page", async () => {
  answer({ ...answers, "GET /api/v1/governance": { body: { ...house, incident: "i1" } } });
  show(<GovernanceWarning signedIn />);
  expect((await screen.findByRole("alert")).textContent).toMatch(/送受信を止めています/);
  expect(screen.getByRole("alert").textContent).toMatch(/佐藤 一郎 さんの守秘誓約がまだです/);
  expect(me.due).toHaveLength(1);
});
