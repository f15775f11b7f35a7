import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeBrowsers, openBrowser, pageOf } from "./chromium";
import { clinic, credentialsAt, nodeLogs, nodeOf } from "./demo";
import { logged } from "./explain";
import { ask } from "./house";
import { judge } from "./judge";

/**
 * What only a browser shows of reports: a draft outlives the page, nothing is refused by the page's policy, and all of it
 * can be read. How it is signed, kept and printed is tested at the API, how it is written with the components.
 */
const { node: asking, credential: dentist } = clinic();
const reading = nodeOf("specialist");
const [specialist] = credentialsAt("specialist");
logged(nodeLogs);
const refused: string[] = [];
let clinicPage: Page;
let page: Page;
let caseId = "";

async function signedIn(
  at: string,
  who: { practitioner: string; passphrase: string },
): Promise<Page> {
  // Each of them with cookies of her own.
  const opened = await pageOf(await openBrowser({ width: 1440, height: 1000 }));
  opened.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) refused.push(message.text());
  });
  await opened.goto(at);
  await opened.locator("select[name=practitioner]").selectOption(who.practitioner);
  await opened.locator("input[name=passphrase]").fill(who.passphrase);
  await opened.locator("form button[type=submit]").click();
  await opened.locator("header a.who").waitFor();
  return opened;
}

beforeAll(async () => {
  if (!specialist) throw new Error("the demo's files name no specialist");
  [clinicPage, page] = await Promise.all([
    signedIn(asking.ui, dentist),
    signedIn(reading.ui, specialist),
  ]);
}, 120_000);

afterAll(closeBrowsers);

test("a study is sent and taken on", async () => {
  const me = await ask<{ fingerprint: string }>(page, "GET", "/session");
  const studies = await ask<{ study_instance_uid: string; origin: string; instances: number }[]>(
    clinicPage,
    "GET",
    "/studies",
  );
  const small = studies.filter((one) => one.origin === "imported");
  small.sort((a, b) => a.instances - b.instances);
  const wanted = {
    study_instance_uid: small[0]?.study_instance_uid ?? "",
    with: me.fingerprint,
    question: "48 の根と下顎管の位置関係",
    region: "48",
    history: "",
    justification: "抜歯前の評価",
    urgency: "routine",
    consent: {
      explained_by: "田中 花子",
      explained_at: "2026-11-20T10:00:00+09:00",
      scope: "画像診断の依頼",
    },
  };
  const checked = await ask<{ findings: { acknowledge: string }[] }>(
    clinicPage,
    "POST",
    "/cases/check",
    wanted,
  );
  const acknowledged = checked.findings.map((one) => one.acknowledge);
  const asked = { ...wanted, acknowledged };
  caseId = (await ask<{ case_id: string }>(clinicPage, "POST", "/cases", asked)).case_id;
  await expect
    .poll(() => ask(page, "POST", `/cases/${caseId}/accept`, {}).catch(() => null), {
      timeout: 60_000,
    })
    .not.toBe(null);
  const state = async () => (await ask<{ state: string }>(page, "GET", `/cases/${caseId}`)).state;
  await expect.poll(state, { timeout: 60_000 }).toBe("delivered");
}, 180_000);

test("a report is begun from a template, tooth by tooth, and kept by itself", async () => {
  await page.goto(new URL(`/#/cases/${caseId}`, reading.ui).href);
  await page.getByRole("button", { name: "報告書を書く" }).click();
  await page.locator("select[name=template]").selectOption("third_molar");
  await page.getByRole("button", { name: "定型文を入れる" }).click();
  await page.getByRole("button", { name: "48 下顎右側第三大臼歯" }).click();
  await page.getByLabel("48 の所見").fill("水平埋伏。歯根は下顎管に接する");
  await page.getByLabel(/^診断/).fill("48 水平埋伏智歯");
  await page.getByText(/に保存しました/).waitFor();
  await judge(page, "report-form-ja");
});

test("r6 a draft is there when she comes back", async () => {
  await page.reload();
  await page.locator("form button[type=submit], .next").first().waitFor();
  await page.getByText("書きかけの下書きがあります。").waitFor();
  await page.getByRole("button", { name: "報告書を書く" }).click();
  await page.getByRole("button", { name: "下書きの続きを書く" }).click();
  await expect.poll(() => page.getByLabel("48 の所見").inputValue()).toContain("水平埋伏");
});

test("the report is written beside the images", async () => {
  await page.locator("a[href^='#/reader/']").click();
  await page.getByRole("button", { name: "報告書を並べて書く" }).click();
  await page.locator(".beside textarea[name=findings]").waitFor();
  await judge(page, "report-beside-ja");
});

test("r15 signed, it stands at the clinic tooth by tooth", async () => {
  await page.getByRole("button", { name: "署名して送る" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("パスフレーズ").fill("somebody else sits here");
  await dialog.getByRole("button", { name: "署名して送る" }).click();
  await dialog.locator("[data-code=wrong_passphrase]").waitFor();
  await dialog.getByLabel("パスフレーズ").fill(specialist?.passphrase ?? "");
  await judge(page, "report-sign-ja");
  await dialog.getByRole("button", { name: "署名して送る" }).click();
  await dialog.waitFor({ state: "detached" });
  await clinicPage.goto(new URL(`/#/cases/${caseId}`, asking.ui).href);
  await clinicPage.getByRole("row", { name: /48 水平埋伏/ }).waitFor();
  await judge(clinicPage, "report-read-ja");
  expect(refused).toEqual([]);
});

test("a template of the program is copied, edited and kept, removed and put back", async () => {
  await page.goto(new URL("/#/templates", reading.ui).href);
  await page.getByRole("button", { name: "「埋伏智歯」を写して作る" }).click();
  await page.getByLabel("名前（日本語）").fill("智歯（当院）");
  await page.getByRole("button", { name: "項目 2を上へ" }).click();
  await page.getByRole("button", { name: "直前の変更を取り消す" }).click();
  await judge(page, "template-editor-ja");
  await page.getByRole("button", { name: "保存する" }).click();
  const own = page.getByRole("region", { name: "自分のテンプレート" });
  await own.getByText("智歯（当院）").waitFor();
  await judge(page, "templates-ja");
  await page.getByRole("button", { name: "「智歯（当院）」を削除" }).click();
  await own.getByText("智歯（当院）").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "元に戻す" }).click();
  await own.getByText("智歯（当院）").waitFor();
  expect(refused).toEqual([]);
});
