import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeBrowsers, openBrowser, pageOf } from "./chromium";
import { clinic, MEASURE_IMAGE, nodeLogs, screenshot, type Pixels } from "./demo";
import { logged } from "./explain";

const { node, credential } = clinic();
logged(nodeLogs);
const foreign: string[] = [];
const refusedByPolicy: string[] = [];
let page: Page;

beforeAll(async () => {
  const context = await openBrowser({ width: 1280, height: 860 });
  page = await pageOf(context);
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(node.ui).origin) foreign.push(request.url());
  });
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) refusedByPolicy.push(message.text());
  });
  await page.goto(node.ui);
});

afterAll(closeBrowsers);

async function signIn(passphrase: string) {
  await page.locator("select[name=practitioner]").selectOption(credential.practitioner);
  await page.locator("input[name=passphrase]").fill(passphrase);
  await page.locator("form button[type=submit]").click();
}

test("r6 a wrong passphrase is refused with one clear sentence", async () => {
  await page.locator("select[name=practitioner]").waitFor();
  await page.screenshot({ path: screenshot("sign-in-ja") });
  await signIn(`${credential.passphrase} wrong`);
  const alert = page.locator("[role=alert][data-code=wrong_passphrase]");
  await alert.waitFor();
  expect(await alert.textContent()).toContain("パスフレーズが違います。");
  await page.screenshot({ path: screenshot("sign-in-wrong-ja") });
});

test("the practitioner signs in and sees the work list", async () => {
  await signIn(credential.passphrase);
  await page.locator("tr[data-case]").first().waitFor();
  await page.locator("li[data-study]").first().waitFor();
  await page.screenshot({ path: screenshot("work-list-ja") });
});

test("the session survives a reload without any token that a script can read", async () => {
  await page.reload();
  await page.locator("tr[data-case]").first().waitFor();
  expect(await page.evaluate(() => document.cookie)).toBe("");
});

test("the case shows the report, with its signature verified", async () => {
  await page.locator("tr[data-case]", { hasText: "山田" }).locator("a").first().click();
  await page.locator("article[data-report][data-verified=true]").first().waitFor();
  await page.screenshot({ path: screenshot("case-ja"), fullPage: true });
});

test("english can be chosen and is remembered", async () => {
  await page.locator("header button[lang=en]").click();
  await page.locator("html[lang=en]").waitFor();
  await page.screenshot({ path: screenshot("case-en"), fullPage: true });
  await page.reload();
  await page.locator("html[lang=en]").waitFor();
  await page.locator("header button[lang=ja]").click();
});

test("an image is drawn with real pixels, and the arrow keys change the slice", async () => {
  await page.locator("aside a.button[href^='#/images/']").click();
  await page.locator(".stage img[data-current=true]").waitFor();
  await expect.poll(spread).toBeGreaterThan(30);
  await page.locator("html[data-theme=dark]").waitFor();
  await page.screenshot({ path: screenshot("image-ja") });

  const before = await page.locator(".stage img").getAttribute("src");
  await page.locator(".stage").focus();
  await page.keyboard.press("ArrowUp");
  await page.locator(`.stage img[data-current=true]:not([src="${before ?? ""}"])`).waitFor();
  await expect.poll(spread).toBeGreaterThan(30);
});

test("the request form refuses what is incomplete", async () => {
  await page.goto(new URL("/#/request", node.ui).href);
  await page.locator("select[name=study]").waitFor();
  await page.locator("main form button[type=submit]").click();
  await expect.poll(() => page.locator(".field-wrong").count()).toBeGreaterThan(3);
  await page.screenshot({ path: screenshot("new-request-ja"), fullPage: true });
});

test("r17 the page talked to its node only, and its policy refused nothing of ours", () => {
  expect(foreign).toEqual([]);
  expect(refusedByPolicy).toEqual([]);
});

/** Of the image on the page; nothing while it is not decoded. */
async function spread(): Promise<number> {
  // The source is our own constant, not a page's content.
  const pixels: Pixels | null = await page.evaluate(`(() => {${MEASURE_IMAGE}})()`);
  return pixels?.spread ?? 0;
}
