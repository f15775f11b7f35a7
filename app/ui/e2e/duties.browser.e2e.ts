import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeBrowsers, openBrowser, pageOf } from "./chromium";
import { clinic, credentialsAt, nodeLogs, nodeOf, screenshot, type Credential } from "./demo";
import { logged } from "./explain";

/** Dentist and specialist, each at her own node: what one of them signs reaches the page of the other. */
logged(nodeLogs);
const [consultant] = credentialsAt("specialist");
if (!consultant) throw new Error("the demo's files name no specialist");
const dentist = await open(clinic().node.ui, clinic().credential);
const specialist = await open(nodeOf("specialist").ui, consultant);

interface Desk {
  ui: string;
  credential: Credential;
  page: Page;
}

async function open(ui: string, credential: Credential): Promise<Desk> {
  const context = await openBrowser({ width: 1280, height: 1000 });
  const page = await pageOf(context);
  return { ui, credential, page };
}

beforeAll(async () => {
  for (const { page, ui, credential } of [dentist, specialist]) {
    await page.goto(ui);
    await page.locator("select[name=practitioner]").selectOption(credential.practitioner);
    await page.locator("input[name=passphrase]").fill(credential.passphrase);
    await page.locator("form button[type=submit]").click();
    await page.locator("header a.who").waitFor();
    const row = page.locator("tr[data-case]").filter({ hasText: "山田" }).locator("a").first();
    await row.click();
    await page.locator("article[data-report]").first().waitFor();
  }
});

afterAll(closeBrowsers);

const button = ({ page }: Desk, name: string) => page.getByRole("button", { name, exact: true });
const dialog = ({ page }: Desk): Locator => page.getByRole("dialog");

/** Confirms what the dialog asks, and waits until it is signed. */
async function confirm(desk: Desk, name: string): Promise<void> {
  await dialog(desk).getByRole("button", { name, exact: true }).click();
  await dialog(desk).waitFor({ state: "detached" });
}

test("r9 an urgent finding alarms the dentist on every page until she has taken note", async () => {
  await button(specialist, "緊急所見を知らせる").click();
  await dialog(specialist).getByLabel("所見").fill("右下顎骨の病的骨折が疑われる");
  await dialog(specialist).getByLabel("必要な対応").fill("本日中に口腔外科へ紹介してください");
  await dialog(specialist).getByLabel("あなたにつながる電話番号").fill("03-0000-0000");
  await specialist.page.screenshot({ path: screenshot("urgent-tell-ja") });
  await confirm(specialist, "いますぐ知らせる");

  await dentist.page.goto(new URL("/#/directory", dentist.ui).href);
  const bar = dentist.page.locator(".alarm-bar");
  await bar.getByRole("link", { name: /山田/ }).click();
  const finding = dentist.page.locator("article[data-urgent]").first();
  await finding.getByText("右下顎骨の病的骨折が疑われる").waitFor();
  await finding.getByText("03-0000-0000").first().waitFor();
  await dentist.page.screenshot({ path: screenshot("urgent-alarm-ja"), fullPage: true });
  await finding.getByRole("button", { name: "確認した" }).click();
  await dialog(dentist).getByLabel("これから行う対応").fill("口腔外科に電話した");
  await confirm(dentist, "確認した");
  await bar.waitFor({ state: "detached" });
  await specialist.page.getByText("口腔外科に電話した").waitFor();
});

test("r7 the dentist asks about a doubt, and the specialist answers", async () => {
  await button(dentist, "疑義を照会する").click();
  await dialog(dentist).getByLabel("照会の内容").fill("下顎管との距離は何 mm ですか");
  await confirm(dentist, "署名して送る");
  const asked = specialist.page.locator("article[data-query]").first();
  await asked.getByRole("button", { name: "回答する" }).click();
  await dialog(specialist).getByLabel("回答").fill("最小で 1.2 mm です");
  await confirm(specialist, "署名して送る");
  await dentist.page.locator("article[data-query]").getByText("最小で 1.2 mm です").waitFor();
});

test("r10 an incidental finding stays open until its outcome is recorded", async () => {
  await button(specialist, "偶発所見を登録").click();
  await dialog(specialist).getByLabel("所見").fill("左上顎洞に粘膜肥厚");
  await dialog(specialist).getByLabel("必要な対応").fill("耳鼻咽喉科での精査");
  await dialog(specialist).getByLabel("いつまでに対応するか").fill("2099-01-31");
  await confirm(specialist, "署名して送る");
  const item = dentist.page.locator("article[data-incidental]").first();
  await item.getByRole("button", { name: "結果を記録" }).click();
  await dialog(dentist).getByRole("combobox").selectOption("referred");
  await dialog(dentist).getByLabel("内容").fill("東都病院 耳鼻咽喉科に紹介");
  await confirm(dentist, "結果を記録");
  await item.getByText("東都病院 耳鼻咽喉科に紹介").waitFor();
  await specialist.page.getByText("東都病院 耳鼻咽喉科に紹介").waitFor();
});

test("r6 an addendum is a new version, with its reason and what it adds", async () => {
  await button(specialist, "報告書を訂正・追記").click();
  await dialog(specialist).getByLabel("訂正・追記の理由").fill("計測値の追記");
  const findings = dialog(specialist).getByLabel("所見");
  await findings.fill(`${await findings.inputValue()}\n下顎管との最小距離 1.2 mm。`);
  await dialog(specialist).getByLabel("パスフレーズ").fill(specialist.credential.passphrase);
  await confirm(specialist, "署名して送る");
  const newest = dentist.page.locator("article[data-report]").first();
  await newest.getByText("計測値の追記").waitFor();
  await newest.locator("summary", { hasText: "前の版からの変更" }).click();
  await newest.locator("ins").getByText("下顎管との最小距離 1.2 mm。").waitFor();
  await expect.poll(() => newest.getAttribute("data-verified")).toBe("true");
  await dentist.page.screenshot({ path: screenshot("case-duties-ja"), fullPage: true });
  await dentist.page.goto(new URL("/#/", dentist.ui).href);
  await dentist.page.locator("[data-duty=read]").first().waitFor();
  await dentist.page.screenshot({ path: screenshot("work-list-duties-ja"), fullPage: true });
});
