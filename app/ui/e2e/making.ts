import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { screenshot } from "./demo";
import type { EmptyRegistry } from "./emptyRegistry";
import { look, open, picture, signIn } from "./operator";

const OPERATOR = "hayashi counts 3 herons";

/** From the code that was printed to the console of a registry whose root exists on paper and sealed only. */
export async function makeRegistry(
  empty: EmptyRegistry,
  context: BrowserContext,
  uiDir: string,
): Promise<void> {
  const { address, code } = await empty.serve(uiDir);
  const page = await open(context, address);
  await page.locator("input[name=code]").fill("guess");
  await page.locator("form button[type=submit]").click();
  await page.locator("[role=alert][data-code=wrong_code]").waitFor();
  await look(page, "set-up-code-ja");
  await page.locator("input[name=code]").fill(code);
  await page.locator("form button[type=submit]").click();
  await page.locator("input[name=carried]").waitFor({ state: "attached" });
  await look(page, "set-up-ja");
  await page.locator("header button[lang=en]").click();
  await picture(page, "registry-set-up-en");
  await page.locator("header button[lang=ja]").click();

  await page.locator("input[value=here]").check();
  await page.locator("input[name=registryName]").fill("さくら歯科読影登録機関");
  await page.locator("input[name=shares]").fill("3");
  await page.locator("input[name=threshold]").fill("2");
  await chosen(page, "copyPassphrase", "a copy for 1 safe of stone");
  await page.getByRole("button", { name: "ルートを作る" }).click();
  await page.locator("[data-ceremony=made]").waitFor();
  await page.locator("textarea[name=share]").fill(await printed(context, page));
  await look(page, "set-up-ceremony-ja");
  await page.getByRole("button", { name: "確かめる" }).click();
  await page.locator("[data-ceremony=tried]").waitFor();
  const saving = page.waitForEvent("download");
  await page.locator("a[download='root.key']").click();
  await saving;
  await chosen(page, "dailyPassphrase", "daily keys behind 6 doors");
  await page.locator("input[name=newOperator]").fill("hayashi");
  await chosen(page, "operatorPassphrase", OPERATOR);
  await page.getByRole("button", { name: "登録機関を作る" }).click();
  await page.locator("[data-made]").waitFor();
  await picture(page, "registry-set-up-done-ja");
  await page.getByRole("button", { name: "サインインへ進む" }).click();
  await signIn(page, "hayashi", OPERATOR);
  await page.locator("nav.menu").waitFor();
  await page.goto(`${address}/#/keys`);
  await page.locator("[data-card=root]", { hasText: "このコンピューターにはありません" }).waitFor();
  expect(empty.keepsTheRoot()).toBe(false);
  await page.close();
}

async function chosen(page: Page, name: string, passphrase: string): Promise<void> {
  await page.locator(`input[name=${name}]`).fill(passphrase);
  await page.locator(`input[name=${name}Again]`).fill(passphrase);
}

/** The lines of a share, from the page that is printed: drawn by its own style, and nothing else. */
async function printed(context: BrowserContext, page: Page): Promise<string> {
  const opening = context.waitForEvent("page");
  await page.getByRole("link", { name: "分割片 2 / 3" }).click();
  const sheet = await opening;
  await sheet.locator("#share").waitFor();
  const border = await sheet
    .locator(".share")
    .evaluate((share) => getComputedStyle(share).borderTopWidth);
  expect(border).toBe("2px");
  await sheet.screenshot({ path: screenshot("registry-share-ja"), fullPage: true });
  const lines = await sheet.locator("#share").textContent();
  await sheet.close();
  return lines ?? "";
}
