import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { CaseDetail } from "../backend/types";
import { CasePage } from "../consultation/CasePage";
import { drafted, forgetDrafted, toggleKeyImage } from "../consultation/drafted";
import { readingCase, reportedCase } from "../test/cases";
import { dentist, studySummary } from "../test/fixtures";
import { answer, show } from "../test/node";
import { forgetKept } from "./autosave";

afterEach(() => {
  forgetKept();
  forgetDrafted();
  vi.useRealTimers();
});

const template = {
  format: 1,
  id: "third_molar",
  name: { ja: "埋伏智歯", en: "Impacted third molar" },
  modalities: ["CT"],
  sections: [
    {
      part: "findings",
      title: { ja: "歯根", en: "Roots" },
      text: { ja: "歯根は2根である。", en: "Two roots." },
      phrases: [{ ja: "歯根は癒合している。", en: "The roots are fused." }],
    },
    {
      part: "findings",
      title: { ja: "下顎管との関係", en: "Mandibular canal" },
      text: { ja: "下顎管から離れている。", en: "Away from the canal." },
      phrases: [{ ja: "下顎管に接する。", en: "Touches the canal." }],
    },
  ],
};

const draftPath = "/api/v1/cases/c1/draft";

function open(detail: CaseDetail, more: Parameters<typeof answer>[0] = {}) {
  const calls = answer({
    "GET /api/v1/cases/c1": { body: detail },
    "GET /api/v1/studies": { body: [studySummary] },
    "GET /api/v1/report-templates": { body: { built_in: [template], own: [] } },
    [`GET ${draftPath}`]: { body: { draft: null } },
    [`PUT ${draftPath}`]: { body: { revision: 1, saved_at: "2026-11-30T01:00:00Z" } },
    ...more,
  });
  show(<CasePage id="c1" me={dentist} />);
  return calls;
}

test("a template begins the texts, phrases go where they belong, and all of it is signed by tooth", async () => {
  const calls = open(readingCase, { "POST /api/v1/cases/c1/report": { body: {} } });
  await userEvent.click(await screen.findByRole("button", { name: "報告書を書く" }));
  await userEvent.selectOptions(await screen.findByLabelText("テンプレート"), "埋伏智歯");
  await userEvent.click(screen.getByRole("button", { name: "定型文を入れる" }));
  await userEvent.click(screen.getByText("語句を選んで入れる"));
  await userEvent.click(screen.getByRole("button", { name: "歯根は癒合している。" }));
  expect(drafted("c1").findings).toBe(
    "【歯根】歯根は2根である。歯根は癒合している。\n【下顎管との関係】下顎管から離れている。",
  );
  await userEvent.click(screen.getByRole("button", { name: "48 下顎右側第三大臼歯" }));
  await userEvent.type(screen.getByLabelText(/^診断/), "埋伏智歯");
  await userEvent.click(screen.getByRole("button", { name: "署名して送る" }));
  expect(screen.getByRole("alert").textContent).toMatch(/選んだ歯には所見を書くか/);
  await userEvent.type(screen.getByLabelText("48 の所見"), "水平埋伏");
  await userEvent.click(screen.getByRole("button", { name: "署名して送る" }));
  const dialog = screen.getByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText(/パスフレーズ/), "secret words");
  await userEvent.click(within(dialog).getByRole("button", { name: "署名して送る" }));
  expect(calls.find((call) => call.method === "POST")?.body).toMatchObject({
    template: "third_molar",
    teeth: [{ tooth: 48, supernumerary: false, words: "水平埋伏" }],
  });
  await waitFor(() => expect(drafted("c1").teeth).toEqual([]));
});

test("what is written is saved by itself, and what another window saved is not overwritten unseen", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  const answers: Parameters<typeof answer>[0] = {};
  const calls = open(readingCase, answers);
  await user.click(await screen.findByRole("button", { name: "報告書を書く" }));
  await user.type(screen.getByLabelText(/^所見/), "接する");
  await act(() => vi.advanceTimersByTimeAsync(2_000));
  const saved = calls.filter((call) => call.method === "PUT");
  expect(saved).toHaveLength(1);
  expect(saved[0]?.body).toMatchObject({ revision: 0, content: { findings: "接する" } });
  expect(screen.getByText(/に保存しました/)).toBeTruthy();
  const more = answer({
    [`PUT ${draftPath}`]: { status: 409, body: { code: "draft_changed", detail: "changed" } },
    [`GET ${draftPath}`]: {
      body: {
        draft: {
          revision: 7,
          saved_at: "2026-11-30T02:00:00Z",
          signed_since: false,
          content: { findings: "別の画面の所見", keyImages: "not a list", teeth: [] },
        },
      },
    },
  });
  await user.type(screen.getByLabelText(/^所見/), "。");
  await act(() => vi.advanceTimersByTimeAsync(2_000));
  expect(more[0]?.body).toMatchObject({ revision: 1 });
  expect(screen.getByRole("alert").textContent).toMatch(/別の画面でこの下書きが保存されました/);
  await user.click(screen.getByRole("button", { name: "別の画面の内容にする" }));
  await waitFor(() =>
    expect(screen.getByLabelText(/^所見/)).toHaveProperty("value", "別の画面の所見"),
  );
  expect(drafted("c1").keyImages).toEqual([]);
});

test("a draft from before is offered, and what was taken in the reader meanwhile comes along", async () => {
  const image = {
    image: { sop_instance_uid: "1.2.3.4", frame: 1 },
    title: "of_interest" as const,
    words: "",
    window: null,
  };
  toggleKeyImage("c1", image);
  const calls = open(readingCase, {
    [`GET ${draftPath}`]: {
      body: {
        draft: {
          revision: 3,
          saved_at: "2026-11-29T22:00:00Z",
          signed_since: true,
          content: { findings: "昨日の所見", impression: "", keyImages: [], measurements: [] },
        },
      },
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "報告書を書く" }));
  expect(await screen.findByText("下書きがあります。")).toBeTruthy();
  expect(screen.getByText(/このあとに|下書きのあとに/)).toBeTruthy();
  // Until it is looked at or thrown away, nothing is written over it, and signing does not remove it unseen.
  const words = screen.getByLabelText(/^所見/);
  await userEvent.type(words, "見る前の所見");
  expect(words).toHaveProperty("value", "");
  expect(screen.getByRole("button", { name: "署名して送る" })).toHaveProperty("disabled", true);
  await userEvent.click(screen.getByRole("button", { name: "下書きの続きを書く" }));
  await waitFor(() => expect(screen.getByLabelText(/^所見/)).toHaveProperty("value", "昨日の所見"));
  expect(drafted("c1").keyImages).toEqual([image]);
  expect(screen.getByRole("button", { name: "署名して送る" })).toHaveProperty("disabled", false);
  expect(calls.every((call) => call.method === "GET")).toBe(true);
});

test("a version shows word by word what it says otherwise", async () => {
  const [first] = reportedCase.reports;
  if (!first) throw new Error("the fixture has a report");
  open({
    ...reportedCase,
    reports: [
      first,
      {
        ...first,
        entry_id: "e2",
        version: 2,
        teeth: [{ tooth: 38, supernumerary: false, words: "水平埋伏" }],
        technique: "CBCT。上顎は範囲外。",
        changed: [
          { field: "findings", before: "右側に病変を認める。", after: "左側に病変を認める。" },
        ],
      },
    ],
  });
  await userEvent.click(await screen.findByText(/前の版からの変更/));
  const change = screen.getByText("右側").closest("p");
  expect(change?.querySelector("del")?.textContent).toBe("削除：右側");
  expect(change?.querySelector("ins")?.textContent).toBe("追加：左側");
  expect(screen.getByRole("row", { name: "38 水平埋伏" })).toBeTruthy();
  expect(screen.getAllByText(/読影した画像：10 枚（1 シリーズ）/)).toHaveLength(2);
});
