import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeBrowsers, openBrowser, pageOf } from "./chromium";
import { credentialsAt, nodeLogs, nodeOf, screenshot, type Credential } from "./demo";
import { logged } from "./explain";

/** Two people of one hospital, each at a browser of her own, on the one node that they share. */
const node = nodeOf("specialist");
logged(nodeLogs);
const [reader, colleague] = credentialsAt("specialist");
if (!reader || !colleague) throw new Error("the demo's files name fewer than two people");
const hers = await open(reader);
const his = await open(colleague);

interface Desk {
  credential: Credential;
  page: Page;
  /** Whether each question to the node said that nobody made it by hand. */
  background: boolean[];
}

async function open(credential: Credential): Promise<Desk> {
  const context = await openBrowser({ width: 1280, height: 860 });
  const page = await pageOf(context);
  const background: boolean[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === "/api/v1/session" && request.method() === "GET") {
      background.push(request.headers()["x-dokuei-background"] === "1");
    }
  });
  return { credential, page, background };
}

async function signIn({ page, credential }: Desk): Promise<void> {
  await page.locator("select[name=practitioner]").selectOption(credential.practitioner);
  await page.locator("input[name=passphrase]").fill(credential.passphrase);
  await page.locator("form button[type=submit]").click();
  await page.locator("header a.who").waitFor();
}

beforeAll(async () => {
  for (const desk of [hers, his]) {
    // A clock that the test can put forward; until then it goes as usual.
    await desk.page.clock.install();
    await desk.page.goto(node.ui);
    await signIn(desk);
  }
});

afterAll(closeBrowsers);

test("r6 r12 each works in a session of her own, and sees her own cases only", async () => {
  const names = await Promise.all(
    [hers, his].map(({ page }) => page.locator("header a.who").textContent()),
  );
  expect(names[0]).toContain("鈴木");
  expect(names[1]).toContain("佐藤");
  await hers.page.locator("tr[data-case]").first().waitFor();
  await his.page.locator("main h1, main h2").first().waitFor();
  expect(await his.page.locator("tr[data-case]").count()).toBe(0);
  expect(await cases(hers)).toBeGreaterThan(0);
  expect(await cases(his)).toBe(0);
});

test("r15 what she marks and measures in the reader is taken into her report", async () => {
  const { page } = hers;
  const { study, id } = await page.evaluate(async () => {
    type Listed = { case_id: string; study_instance_uid: string };
    const [first] = (await (await fetch("/api/v1/cases")).json()) as Listed[];
    return { study: first?.study_instance_uid ?? "", id: first?.case_id ?? "" };
  });
  await page.goto(new URL(`/#/reader/${study}?case=${id}`, node.ui).href);
  const drawing = page.locator(".drawing[data-drawn=true]").first();
  await drawing.waitFor();
  const box = await drawing.boundingBox();
  if (!box) throw new Error("nothing is drawn");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.locator(".pane-image").first().focus();
  await page.keyboard.press("l");
  await page.mouse.move(x - 80, y);
  await page.mouse.down();
  await page.mouse.move(x, y, { steps: 3 });
  await page.mouse.move(x + 80, y, { steps: 3 });
  await page.mouse.up();
  await page.locator(".drawing svg text").filter({ hasText: "mm" }).first().waitFor();
  await page.keyboard.press("k");
  await page.getByRole("button", { name: "計測を報告書へ" }).click();
  await page.locator(".taken").filter({ hasText: "キー画像 1・計測 1" }).waitFor();
  await page.screenshot({ path: screenshot("reader-for-report-ja") });
  await page.goto(new URL("/#/", node.ui).href);
  await page.locator("tr[data-case]").first().waitFor();
});

test("r20 one locks and the other goes on", async () => {
  await hers.page.getByRole("button", { name: "ロック" }).click();
  await hers.page.locator("section.sign-in input[name=passphrase]").waitFor();
  expect(await hers.page.locator("header a.who").count()).toBe(0);
  expect(await cases(hers)).toBe(401);
  await hers.page.screenshot({ path: screenshot("two-people-locked-ja") });

  await his.page.reload();
  await his.page.locator("header a.who").waitFor();
  expect(await cases(his)).toBe(0);
  await his.page.screenshot({ path: screenshot("two-people-goes-on-ja") });
});

test("r20 she comes back to her page with her own passphrase, not with his", async () => {
  const { page, credential } = hers;
  await page.locator("input[name=passphrase]").fill(his.credential.passphrase);
  await page.locator("form button[type=submit]").click();
  await page.locator("[role=alert][data-code=wrong_passphrase]").waitFor();
  await page.locator("input[name=passphrase]").fill(credential.passphrase);
  await page.locator("form button[type=submit]").click();
  await page.locator("header a.who").waitFor();
  expect(await cases(hers)).toBeGreaterThan(0);
});

test("r20 what a page asks by itself is no use of the session, what a person causes is", async () => {
  await expectAsked(hers, "by somebody");
  // Nobody touches it for more than a minute.
  await hers.page.clock.fastForward(62_000);
  await expectAsked(hers, "by itself");
  await expectAsked(hers, "by somebody");
});

/**
 * What the page asks next is said to be asked so. It asks every 20 s, but not while it waits for an answer, which a busy
 * machine lets it do when the clock jumps: so the clock jumps until it does.
 */
async function expectAsked(
  { page, background }: Desk,
  how: "by somebody" | "by itself",
): Promise<void> {
  background.length = 0;
  let place = 200;
  await expect
    .poll(
      async () => {
        if (how === "by somebody") await page.mouse.move((place += 7), 200);
        await page.clock.fastForward(21_000);
        return background.at(-1);
      },
      { timeout: 20_000 },
    )
    .toBe(how === "by itself");
}

/** How many cases the node shows to whoever is signed in here; the status when it refuses. */
async function cases({ page }: Desk): Promise<number> {
  return page.evaluate(async () => {
    const answer = await fetch("/api/v1/cases");
    return answer.ok ? ((await answer.json()) as unknown[]).length : answer.status;
  });
}
