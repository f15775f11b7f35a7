import axe from "axe-core";
import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { openBrowser } from "./chromium";
import { screenshot } from "./demo";

const SIZE = { width: 1280, height: 860 };

/** What the pages asked of anybody else, and what they complained of. */
export const foreign: string[] = [];
export const complaints: string[] = [];

/** A browser of an operator's own. */
export function browser(): Promise<BrowserContext> {
  return openBrowser(SIZE);
}

/** Opens the console. */
export async function open(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(address).origin) foreign.push(request.url());
  });
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${address}/`);
  return page;
}

export async function signIn(page: Page, operator: string, passphrase: string): Promise<void> {
  await page.locator("input[name=operator]").fill(operator);
  await page.locator("input[name=passphrase]").fill(passphrase);
  await page.locator("form button[type=submit]").click();
}

/** To a page of the menu. */
export async function go(page: Page, place: string): Promise<void> {
  await page.locator(`nav.menu a[href="#/${place}"]`).click();
  await page.locator(`nav.menu a[href="#/${place}"][aria-current=page]`).waitFor();
}

/** Says yes to what a dialog asks. */
export async function confirm(page: Page): Promise<void> {
  await page.locator("dialog button[type=submit]").click();
}

/** Presses a button again until something is shown: another program follows within seconds, not at once. */
export async function askUntil(page: Page, button: string, shown: string): Promise<void> {
  const asked = async () => {
    await page.getByRole("button", { name: button }).click();
    return page.locator(shown).count();
  };
  await expect.poll(asked, { timeout: 60_000, interval: 1_000 }).toBeGreaterThan(0);
}

/** Goes through the pages of the menu in English. */
export async function speaksEnglish(page: Page, places: readonly string[]): Promise<void> {
  await page.locator("header button[lang=en]").click();
  await page.locator("html[lang=en]").waitFor();
  for (const place of places) {
    await go(page, place);
    await page.locator("h1").waitFor();
    await look(page, `${place}-en`);
    // A letter of Japanese may only stand in names.
    const words = await page.locator("nav.menu, h1, h2, th, label").allTextContents();
    expect(words.join("").match(/[ぁ-んァ-ヶ]/), place).toBeNull();
  }
}

/** A picture of the console, judged. */
export function look(page: Page, name: string): Promise<void> {
  return judge(page, `registry-${name}`);
}

/** A picture for people. */
export async function picture(page: Page, name: string): Promise<void> {
  const dialog = (await page.locator("dialog").count()) > 0;
  // The page scrolls inside its frame: as tall as its content, for once.
  const height = await page
    .locator("main")
    .evaluate((main) => innerHeight - main.clientHeight + main.scrollHeight);
  if (!dialog) await page.setViewportSize({ ...SIZE, height: Math.max(SIZE.height, height) });
  await page.screenshot({ path: screenshot(name) });
  if (!dialog) await page.setViewportSize(SIZE);
}

/** A picture, and the judgement of axe: WCAG 2.2 A and AA, as far as a program can tell. */
export async function judge(page: Page, name: string): Promise<void> {
  await picture(page, name);
  await page.evaluate(`window.axe ?? (() => {${axe.source}})()`);
  const violations = await page.evaluate(async () => {
    const judging = (window as unknown as { axe: typeof axe }).axe;
    const { violations } = await judging.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
      resultTypes: ["violations"],
    });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
  });
  expect(violations, name).toEqual([]);
}
