import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { reportedCase } from "../test/cases";
import { openTwice, proposed, section, suzuki, twice } from "../test/together";

test("r2 two reports stand side by side, by part and by tooth, with where they agree", async () => {
  openTwice(twice);
  const together = await section();
  const table = within(together.getByRole("table", { name: /鈴木 一郎 と 加藤 みどり/ }));
  table.getByRole("row", { name: "所見 接する。 接する ＝ 一致" });
  table.getByRole("row", { name: "診断 注意を要する。 歯根嚢胞 ≠ 相違" });
  table.getByRole("row", { name: "歯 46 記載なし 根尖に透過像 ≠ 一方のみ" });
  together.getByText(/3 項目のうち 1 項目が一致/);
});

test("nothing of it is shown of a case that one has read", async () => {
  openTwice(reportedCase);
  await screen.findByRole("article");
  expect(screen.queryByRole("region", { name: "二人の読影" })).toBeNull();
});

test("r6 the other reader co-signs, for which she is asked anew, or dissents with a reason", async () => {
  const path = "/api/v1/cases/c1/co-signatures";
  const calls = openTwice(
    { ...twice, reconciliations: [proposed] },
    { [`POST ${path}`]: { body: {} } },
  );
  const together = await section();
  together.getByText("あなたの連署を待っています。");
  together.getByText("相手の連署待ち");
  await userEvent.click(together.getByRole("button", { name: "異見を述べる" }));
  const dissent = within(screen.getByRole("dialog"));
  await userEvent.type(dissent.getByLabelText(/パスフレーズ/), "secret words");
  await userEvent.click(dissent.getByRole("button", { name: "異見を述べる" }));
  expect(calls.some((call) => call.method === "POST")).toBe(false);
  await userEvent.type(dissent.getByLabelText(/同意しない理由/), "囊胞壁を認めない");
  await userEvent.click(dissent.getByRole("button", { name: "異見を述べる" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(calls.find((call) => call.path === path)?.body).toEqual({
    of: "o1",
    stance: "dissents",
    words: "囊胞壁を認めない",
    passphrase: "secret words",
    second_factor: null,
  });
});

test("r6 a report of another is co-signed once", async () => {
  const path = "/api/v1/cases/c1/co-signatures";
  const calls = openTwice(twice, { [`POST ${path}`]: { body: {} } });
  const together = await section();
  await userEvent.click(together.getByRole("button", { name: "加藤 みどり の報告書に連署する" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.type(dialog.getByLabelText(/パスフレーズ/), "secret words");
  await userEvent.click(dialog.getByRole("button", { name: "連署する" }));
  await waitFor(() =>
    expect(calls.find((call) => call.path === path)?.body).toMatchObject({
      of: "e2",
      stance: "agrees",
    }),
  );
});

test("r6 the opinion of both, who signed it, and its documents are there for everybody; the timeline tells of it", async () => {
  const [entry] = reportedCase.timeline;
  if (!entry) throw new Error("the fixture has an entry");
  const told = (entry_id: string, type: string, summary_ja: string) => ({
    ...entry,
    entry_id,
    type,
    summary_ja,
  });
  openTwice({
    ...twice,
    role: "requesting",
    readers: twice.readers.map((one) => ({ ...one, mine: false })),
    comparisons: twice.comparisons.map((one) => ({ ...one, may_reconcile: false })),
    reconciliations: [{ ...proposed, standing: "agreed", for_me: false }],
    co_signatures: [
      {
        entry_id: "s1",
        of: "o1",
        by: suzuki,
        stance: "agrees",
        words: "",
        signed_at: "2026-11-24T09:00:00Z",
        mine: false,
      },
      {
        entry_id: "s2",
        of: "e2",
        by: suzuki,
        stance: "agrees",
        words: "同意見です",
        signed_at: "2026-11-24T09:00:00Z",
        mine: false,
      },
    ],
    timeline: [
      told("o1", "reconciliation", "統合見解に署名"),
      told("s1", "co_signature", "統合見解に連署"),
    ],
  });
  const together = await section();
  together.getByText("両者署名");
  together.getByText("摘出を勧める。");
  expect(together.getAllByText(/連署：鈴木 一郎/)).toHaveLength(2);
  together.getByText(/同意見です/);
  expect(together.queryByRole("button")).toBeNull();
  const link = together.getByRole("link", { name: "統合見解を PDF で保存" });
  expect(link.getAttribute("href")).toBe("/api/v1/cases/c1/reconciliations/o1/opinion.pdf");
  const sr = together.getByRole("link", { name: "統合見解を DICOM SR で保存" });
  expect(sr.getAttribute("href")).toBe("/api/v1/cases/c1/reconciliations/o1/opinion.dcm");
  screen.getByText("統合見解に署名");
  screen.getByText("統合見解に連署");
});
