import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { answer, show } from "../test/node";
import { TemplatesPage } from "./TemplatesPage";

const builtIn = {
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
      part: "impression",
      title: { ja: "診断", en: "Impression" },
      text: { ja: "", en: "" },
      phrases: [],
    },
  ],
};
const mine = { ...builtIn, id: "mine", name: { ja: "私の形式", en: "" } };

function open(own: object[], left: object[] = []) {
  const calls = answer({
    "GET /api/v1/report-templates": { body: { built_in: [builtIn], own } },
    "GET /api/v1/me/left-drafts": { body: left },
    "PUT /api/v1/report-templates/third-molar": { body: {} },
    "PUT /api/v1/report-templates/mine": { body: {} },
    "DELETE /api/v1/report-templates/mine": { body: null },
    "DELETE /api/v1/cases/c1/draft": { body: null },
  });
  show(<TemplatesPage />);
  return calls;
}

test("r15 one of the program's is copied, its parts and phrases are changed, and it is kept as one's own", async () => {
  const calls = open([]);
  await userEvent.click(await screen.findByRole("button", { name: "「埋伏智歯」を写して作る" }));
  const editor = within(screen.getByRole("form", { name: "テンプレートを編集" }));
  expect(editor.getByLabelText("名前（日本語）")).toHaveProperty("value", "埋伏智歯（写し）");
  await userEvent.click(editor.getByRole("button", { name: "項目 2を上へ" }));
  const [first] = editor.getAllByLabelText("見出し（日本語）");
  expect(first).toHaveProperty("value", "診断");
  await userEvent.click(editor.getByRole("button", { name: "項目 1を外す" }));
  expect(editor.getAllByRole("group")).toHaveLength(1);
  await userEvent.click(editor.getByRole("button", { name: "直前の変更を取り消す" }));
  expect(editor.getAllByRole("group")).toHaveLength(2);
  const section = within(editor.getByRole("group", { name: "項目 2" }));
  await userEvent.click(section.getByRole("button", { name: "語句を加える" }));
  await userEvent.click(editor.getByRole("button", { name: "保存する" }));
  expect(editor.getByRole("alert").textContent).toMatch(/空の語句/);
  expect(calls.some((call) => call.method === "PUT")).toBe(false);
  await userEvent.type(section.getByLabelText("語句 2（日本語）"), "過剰根を認める。");
  await userEvent.click(section.getByRole("button", { name: "語句 2を上へ" }));
  await userEvent.click(editor.getByRole("button", { name: "保存する" }));
  await waitFor(() => expect(screen.queryByRole("form")).toBeNull());
  const [impression, roots] = [builtIn.sections[1], builtIn.sections[0]];
  const more = { ja: "過剰根を認める。", en: "" };
  expect(calls.find((call) => call.method === "PUT")?.body).toEqual({
    format: 1,
    id: "third-molar",
    name: { ja: "埋伏智歯（写し）", en: "Impacted third molar (copy)" },
    modalities: ["CT"],
    sections: [impression, { ...roots, phrases: [more, ...(roots?.phrases ?? [])] }],
  });
});

test("one's own is removed and put back; one of the program's is not", async () => {
  const calls = open([mine]);
  await userEvent.click(await screen.findByRole("button", { name: "「私の形式」を削除" }));
  expect(screen.queryByRole("button", { name: "「埋伏智歯」を削除" })).toBeNull();
  expect(screen.queryByRole("button", { name: "「埋伏智歯」を編集" })).toBeNull();
  const status = await screen.findByRole("status");
  expect(calls.some((call) => call.method === "DELETE")).toBe(true);
  await userEvent.click(within(status).getByRole("button", { name: "元に戻す" }));
  await waitFor(() => expect(screen.queryByRole("status")).toBeNull());
  expect(calls.find((call) => call.method === "PUT")?.body).toEqual(mine);
});

test("r6 a draft of a case from which one was let go is shown, and thrown away by oneself", async () => {
  const left = {
    case_id: "c1",
    of: "report",
    revision: 3,
    saved_at: "2026-11-30T01:00:00Z",
    signed_since: false,
    content: { findings: "書きかけの所見", impression: 7 },
  };
  const calls = open([], [left]);
  const card = within(await screen.findByRole("region", { name: "残っている下書き" }));
  card.getByText("書きかけの所見");
  await userEvent.click(card.getByRole("button", { name: "下書きを破棄する" }));
  expect(calls.some((call) => call.method === "DELETE")).toBe(false);
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "下書きを破棄する" }));
  await waitFor(() =>
    expect(calls.find((call) => call.method === "DELETE")?.path).toBe("/api/v1/cases/c1/draft"),
  );
});
