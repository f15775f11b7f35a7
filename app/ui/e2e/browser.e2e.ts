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

test("the list is narrowed among all cases, and the node agrees", async () => {
  const rows = page.locator("tr[data-case]");
  const all = await rows.count();
  for (const [button, filter] of [
    ["緊急", "urgent=true"],
    ["未読", "unread=true"],
    ["偶発所見 未解決", "incidental=true"],
  ] as const) {
    const wanted = await page.evaluate(
      async (query) => Number((await fetch(`/api/v1/cases?${query}`)).headers.get("x-total-count")),
      filter,
    );
    const toggle = page.getByRole("button", { name: button, exact: true });
    await toggle.click();
    await expect.poll(() => rows.count()).toBe(wanted);
    expect(await toggle.getAttribute("aria-pressed")).toBe("true");
    await toggle.click();
    await expect.poll(() => rows.count()).toBe(all);
  }
  const modality = page.getByLabel("検査の種別");
  await modality.selectOption("US");
  await page.getByText("条件に合う症例はありません。").waitFor();
  await modality.selectOption("");
  await rows.first().waitFor();
  expect(await page.locator("table.cases").getAttribute("aria-rowcount")).toBe(String(all + 1));
});

test("r9 a case is found and opened by keys alone, and the sound of alarms is a choice that stays", async () => {
  const at = () =>
    page.evaluate(() => document.activeElement?.closest("tr")?.getAttribute("aria-rowindex"));
  const last = await page.locator("tr[data-case]").count();
  await page.locator("input[name=cases]").focus();
  await page.keyboard.press("ArrowDown");
  await expect.poll(at).toBe("2");
  await page.keyboard.press("End");
  await expect.poll(at).toBe(String(last + 1));
  await page.keyboard.press("Home");
  await expect.poll(at).toBe("2");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/cases\//);
  await page.goBack();
  await page.getByRole("button", { name: "緊急の音：入" }).click();
  await page.getByRole("button", { name: "緊急の音：切" }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "緊急の音：切" }).click();
  await page.getByRole("button", { name: "緊急の音：入" }).waitFor();
});

test("the header is one row on the screens of notebooks", async () => {
  const high = async (width: number) => {
    await page.setViewportSize({ width, height: 860 });
    return (await page.locator("header.header").boundingBox())?.height ?? 0;
  };
  for (const width of [1440, 1280]) expect(await high(width), String(width)).toBeLessThan(64);
  expect(
    await page.locator(".header-pages").evaluate((nav) => nav.scrollWidth - nav.clientWidth),
  ).toBeLessThanOrEqual(0);
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
