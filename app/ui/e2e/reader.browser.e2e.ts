import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeBrowsers, openBrowser, pageOf } from "./chromium";
import { readAlongArch } from "./curved";
import { clinic, nodeLogs, screenshot } from "./demo";
import { logged } from "./explain";
import { divide } from "./layout";
import { magnifySection } from "./magnified";
import { turnBody } from "./volume";

/** Whoever asked opens the study and reads: what is drawn, scrolled and measured on a real node's images. */
const { node, credential } = clinic();
logged(nodeLogs);
const refusedByPolicy: string[] = [];
const broken: string[] = [];
let page: Page;

interface StudyListed {
  study_instance_uid: string;
  instances: number;
}

beforeAll(async () => {
  const context = await openBrowser({ width: 1440, height: 900 });
  page = await pageOf(context);
  page.setDefaultTimeout(60_000);
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) refusedByPolicy.push(message.text());
  });
  page.on("pageerror", (error) => broken.push(error.message));
  await page.goto(node.ui);
  await page.locator("select[name=practitioner]").selectOption(credential.practitioner);
  await page.locator("input[name=passphrase]").fill(credential.passphrase);
  await page.locator("form button[type=submit]").click();
  await page.locator("header a.who").waitFor();
});

afterAll(closeBrowsers);

test("the largest study opens in the reader, in the dark", async () => {
  const studies = await page.evaluate(
    async () => (await (await fetch("/api/v1/studies")).json()) as StudyListed[],
  );
  const [largest] = studies.sort((a, b) => b.instances - a.instances);
  expect(largest?.instances).toBeGreaterThan(16);
  await page.goto(new URL(`/#/reader/${largest?.study_instance_uid ?? ""}`, node.ui).href);
  await drawn();
  await page.locator("html[data-theme=dark]").waitFor();
  await page.locator(".banner h1", { hasText: "山田" }).waitFor();
  await judge("reader-stack-ja");
});

test("keys and wheel change the slice", async () => {
  const at = async () =>
    Number((await page.locator("[data-position]").textContent())?.split("/")[0]);
  const before = await at();
  await page.locator(".pane-image").focus();
  await page.keyboard.press("ArrowDown");
  await expect.poll(at, { timeout: 30_000 }).toBe(before + 1);
  await page.locator(".drawing").hover();
  await page.mouse.wheel(0, -120);
  await expect.poll(at, { timeout: 30_000 }).toBe(before);
});

test("r18 a line is as long as the image's spacing says, in millimetres of the section", async () => {
  await page.locator("[data-calibration=object]").waitFor();
  const drawing = page.locator(".drawing");
  const box = await drawing.boundingBox();
  if (!box) throw new Error("nothing is drawn");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.locator(".pane-image").focus();
  await page.keyboard.press("l");
  await drag([x - 120, y], [x + 120, y]);
  const text = page.locator(".drawing svg text").filter({ hasText: "mm" });
  await text.waitFor();
  const scale = Number(await drawing.getAttribute("data-scale"));
  const spacing = await columnSpacing();
  expect(spacing).toBeGreaterThan(0);
  // The text follows the hand: at first it tells how far the hand had come.
  const far = async () =>
    Math.abs(parseFloat((await text.textContent()) ?? "") - (240 / scale) * spacing);
  await expect.poll(far).toBeLessThan(spacing * 2);
});

test("a region tells its values with their unit", async () => {
  const box = await page.locator(".drawing").boundingBox();
  if (!box) throw new Error("nothing is drawn");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.keyboard.press("e");
  await drag([x - 60, y + 60], [x, y + 110]);
  await page.locator(".drawing svg text").filter({ hasText: "HU" }).first().waitFor();
  await page.screenshot({ path: screenshot("reader-measured-ja") });
});

test("a volume is cut in three directions, and all of it arrives", async () => {
  await page.getByRole("button", { name: "MPR" }).click();
  await page.locator(".mpr[data-arrived=true]").waitFor({ timeout: 80_000 });
  await judge("reader-mpr-ja");
});

test("the magnifier looks into a section, by mouse and by a finger that rests", async () => {
  await magnifySection(page);
});

test("english says the same", async () => {
  await page.locator("header button[lang=en]").click();
  await page.locator("html[lang=en]").waitFor();
  await page.screenshot({ path: screenshot("reader-mpr-en") });
  await page.getByRole("button", { name: "Stack" }).click();
  await drawn();
  await divide(page, "Layout", "2 panes");
  await page.locator("[data-pane='2']").waitFor();
  await judge("reader-stack-en");
  await page.locator("header button[lang=ja]").click();
});

test("along the dental arch: found, measured along the arc and straight, planned", async () => {
  await readAlongArch(page);
  await judge("reader-curved-ja");
});

test("as a body: drawn, turned by keys and mouse, in other ways, and not for measurement", async () => {
  await turnBody(page);
  await judge("reader-volume-ja");
});

test("r17 nothing of it was refused by the page's policy, and nothing broke", () => {
  expect(refusedByPolicy).toEqual([]);
  expect(broken).toEqual([]);
});

async function drawn(): Promise<void> {
  await page.locator(".drawing[data-drawn=true]").first().waitFor();
}

async function drag(from: [number, number], to: [number, number]): Promise<void> {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 3 });
  await page.mouse.move(...to, { steps: 3 });
  await page.mouse.up();
}

/** The spacing of columns in mm, asked of the node apart from the reader. */
async function columnSpacing(): Promise<number> {
  return page.evaluate(async () => {
    type Json = Record<string, { Value?: unknown[] } | undefined>;
    const study = location.hash.split("/")[2]?.split("?")[0] ?? "";
    const answer = await fetch(`/dicomweb/studies/${study}/metadata`);
    const [first] = (await answer.json()) as Json[];
    return Number(first?.["00280030"]?.Value?.[1]);
  });
}

/** A picture, and the judgement of axe: WCAG 2.2 A and AA, as far as a program can tell. */
async function judge(name: string): Promise<void> {
  await page.screenshot({ path: screenshot(name) });
  await page.evaluate(`window.axe ?? (() => {${axe.source}})()`);
  const found = await page.evaluate(async () => {
    const judging = (window as unknown as { axe: typeof axe }).axe;
    const { violations } = await judging.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
  });
  expect(found).toEqual([]);
}
