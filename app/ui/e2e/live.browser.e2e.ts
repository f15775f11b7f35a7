import { afterAll, beforeAll, expect, test } from "vitest";
import { closeBrowsers } from "./chromium";
import { clinic, credentialsAt, nodeLogs, nodeOf, screenshot } from "./demo";
import { logged } from "./explain";
import { judge } from "./judge";
import {
  button,
  drawing,
  edges,
  fromMiddle,
  openDesk,
  person,
  position,
  scale,
  type Desk,
} from "./liveDesk";

/** Dentist and specialist look at the images of one case together, each at her own node and from her own copy. */
logged(nodeLogs);
const [consultant] = credentialsAt("specialist");
if (!consultant) throw new Error("the demo's files name no specialist");
const dentist = await openDesk(clinic().node.ui, clinic().credential);
const specialist = await openDesk(nodeOf("specialist").ui, consultant);
/** Fractions of what went over the wire, to be sure that no image did. */
const sent: string[] = [];

beforeAll(async () => {
  for (const { page, ui, credential } of [dentist, specialist]) {
    page.on("request", (request) => {
      if (request.url().endsWith("/live") && request.method() === "PUT")
        sent.push(request.postData() ?? "");
    });
    await page.goto(ui);
    await page.locator("select[name=practitioner]").selectOption(credential.practitioner);
    await page.locator("input[name=passphrase]").fill(credential.passphrase);
    await page.locator("form button[type=submit]").click();
    await page.locator("header a.who").waitFor();
    const row = page.locator("tr[data-case]").filter({ hasText: "山田" }).locator("a").first();
    await row.click();
    await page.locator("article[data-report]").first().waitFor();
  }
  // The same case on both sides.
  const id = new URL(dentist.page.url()).hash;
  await specialist.page.goto(new URL(`/${id}`, specialist.ui).href);
  await specialist.page.locator("article[data-report]").first().waitFor();
});

afterAll(closeBrowsers);

test("r12 who opens the live consult is seen at the other node, on the page of the case", async () => {
  await dentist.page.getByRole("link", { name: "読影ビューアで開く" }).click();
  await drawing(dentist).waitFor();
  await button(dentist, "いっしょに見る").click();
  await person(dentist, "田中").waitFor();
  const note = specialist.page.locator("[data-live]");
  await note.getByText("いま画像を見ています").waitFor();
  await specialist.page.screenshot({ path: screenshot("live-invited-ja"), fullPage: true });
  await note.getByRole("link", { name: "参加する" }).click();
  await drawing(specialist).waitFor();
  await person(specialist, "田中").waitFor();
  await person(dentist, "鈴木").waitFor();
  await specialist.page.locator("[data-following=on]").waitFor();
});

test("the follower's slice, window, direction and size follow", async () => {
  await dentist.page.locator(".pane-image").first().focus();
  await dentist.page.keyboard.press("Home");
  for (let at = 0; at < 5; at++) await dentist.page.keyboard.press("ArrowDown");
  await expect.poll(() => position(dentist)).toMatch(/^6 /);
  await expect.poll(() => position(specialist), { timeout: 30_000 }).toMatch(/^6 /);
  await dentist.page.keyboard.press("2");
  const window = ({ page }: Desk) =>
    page.locator(".over-left span").filter({ hasText: "中心" }).textContent();
  await expect.poll(async () => (await window(specialist)) === (await window(dentist))).toBe(true);
  const plain = await edges(dentist);
  await dentist.page.keyboard.press("h");
  await dentist.page.keyboard.press("r");
  await expect.poll(async () => (await edges(dentist)).join()).not.toBe(plain.join());
  const turned = (await edges(dentist)).join();
  await expect.poll(async () => (await edges(specialist)).join()).toBe(turned);
  const before = await scale(specialist);
  for (let at = 0; at < 3; at++) await dentist.page.keyboard.press("+");
  await expect.poll(async () => (await scale(specialist)) / before).toBeCloseTo(1.728, 1);
});

test("the pointer is seen over the same place of the image, with the name of whose it is", async () => {
  const box = await drawing(dentist).boundingBox();
  if (!box) throw new Error("nothing is drawn");
  const at = { x: box.x + box.width / 2 + 70, y: box.y + box.height / 2 - 40 };
  await dentist.page.mouse.move(at.x, at.y, { steps: 4 });
  const pointer = specialist.page.locator("[data-live-cursor]").filter({ hasText: "田中" });
  await pointer.waitFor();
  const meant = await fromMiddle(dentist, at);
  const off = async () => {
    const tip = await pointer.locator("path").boundingBox();
    if (!tip) return Infinity;
    const seen = await fromMiddle(specialist, tip);
    return Math.hypot(seen[0] - meant[0], seen[1] - meant[1]);
  };
  await expect.poll(off).toBeLessThan(4);
});

test("a line that one draws lies over the other's image until it is wiped away", async () => {
  await button(dentist, "線を描く").click();
  const box = await drawing(dentist).boundingBox();
  if (!box) throw new Error("nothing is drawn");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await dentist.page.mouse.move(x - 60, y);
  await dentist.page.mouse.down();
  await dentist.page.mouse.move(x, y + 50, { steps: 6 });
  await dentist.page.mouse.move(x + 60, y, { steps: 6 });
  await dentist.page.mouse.up();
  const lines = specialist.page.locator("polyline[data-live-line]");
  await lines.waitFor({ state: "attached" });
  await dentist.page.mouse.move(x + 80, y + 40);
  await specialist.page.locator("[data-live-cursor]").waitFor();
  await judge(specialist.page, "live-following-ja");
  await dentist.page.screenshot({ path: screenshot("live-drawing-ja") });
  await button(dentist, "線を消す").click();
  await lines.waitFor({ state: "detached" });
  await button(dentist, "線を描く").click();
});

test("whoever moves the images herself is no longer moved, until she wants to be", async () => {
  await drawing(specialist).hover();
  await specialist.page.mouse.wheel(0, 240);
  await specialist.page.locator("[data-following=paused]").waitFor();
  await expect.poll(() => position(specialist)).not.toBe(await position(dentist));
  await dentist.page.locator(".pane-image").first().focus();
  await dentist.page.keyboard.press("Home");
  await expect.poll(() => position(dentist)).toMatch(/^1 /);
  expect(await position(specialist)).not.toMatch(/^1 /);
  await button(specialist, "ふたたび合わせる").click();
  await expect.poll(() => position(specialist), { timeout: 30_000 }).toMatch(/^1 /);
});

test("what is said arrives, and the page says that it is not kept", async () => {
  await specialist.page.getByText("ここでのやりとりは保存されません").waitFor();
  await specialist.page.getByLabel("メッセージを書く").fill("この断面の皮質骨をご覧ください");
  await specialist.page.keyboard.press("Enter");
  const log = dentist.page.getByRole("log");
  await log.getByText("この断面の皮質骨をご覧ください").waitFor();
  await dentist.page.getByLabel("メッセージを書く").fill("はい、見えています");
  await dentist.page.keyboard.press("Enter");
  await specialist.page.getByRole("log").getByText("はい、見えています").waitFor();
  await judge(dentist.page, "live-panel-ja");
});

test("sections are followed too: where they cross is the same place of the patient", async () => {
  await dentist.page.getByRole("button", { name: "MPR" }).click();
  for (const { page } of [dentist, specialist])
    await page.locator(".mpr[data-arrived=true]").waitFor({ timeout: 80_000 });
  const at = async ({ page }: Desk) => page.locator(".plane .over-left").allTextContents();
  const middle = (await at(dentist)).join();
  const axial = dentist.page.locator(".plane-axial .drawing");
  await axial.hover();
  await dentist.page.mouse.wheel(0, 360);
  await expect.poll(async () => (await at(dentist)).join()).not.toBe(middle);
  await expect
    .poll(async () => (await at(specialist)).join(), { timeout: 30_000 })
    .toBe((await at(dentist)).join());
  await specialist.page.locator("header button[lang=en]").click();
  await specialist.page.locator("html[lang=en]").waitFor();
  await specialist.page.getByText("Nothing said here is kept").waitFor();
  await judge(specialist.page, "live-mpr-en");
  await specialist.page.locator("header button[lang=ja]").click();
});

test("along the arch, each on her own, the marker is at the same place of the patient", async () => {
  await dentist.page.getByRole("button", { name: "パノラマ断面" }).click();
  for (const { page } of [dentist, specialist])
    await page.locator(".curved[data-arch=found]").waitFor({ timeout: 80_000 });
  const along = ({ page }: Desk) => page.getByLabel("歯列上の位置").inputValue();
  await dentist.page.locator(".pane-image").first().focus();
  const before = Number(await along(dentist));
  for (let at = 0; at < 4; at++) await dentist.page.keyboard.press("ArrowDown");
  await expect.poll(async () => Number(await along(dentist))).toBeGreaterThan(before + 5);
  const far = async () => Math.abs(Number(await along(specialist)) - Number(await along(dentist)));
  await expect.poll(far, { timeout: 30_000 }).toBeLessThan(1);
  await specialist.page.locator("[data-following=on]").waitFor();
});

test("r16 what was told of the view is names of images and numbers, and no picture", () => {
  expect(sent.length).toBeGreaterThan(10);
  for (const told of sent) expect(told.length).toBeLessThan(20_000);
  expect(sent.join("")).not.toMatch(/山田|base64|data:/);
});

test("r20 it ends with the session: who locks is gone for the other, and her page says why", async () => {
  await dentist.page.getByRole("button", { name: "ロック" }).click();
  await person(specialist, "田中").waitFor({ state: "detached" });
  await dentist.page.locator("input[name=passphrase]").fill(dentist.credential.passphrase);
  await dentist.page.locator("form button[type=submit]").click();
  await dentist.page.getByText("画面がロックされたため").waitFor();
  await specialist.page.getByRole("button", { name: "退出する" }).click();
  await button(specialist, "参加する").waitFor();
  expect(await specialist.page.locator("[data-participant]").count()).toBe(0);
});
