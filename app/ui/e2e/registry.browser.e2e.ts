import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHROMIUM_FLAGS, nodeOf, screenshot } from "./demo";

/** The registry operator's console, on the registry of the demo. */
const data = nodeOf("registry").data_dir;
const passphraseFile = path.join(path.dirname(data), "registry.passphrase");
const program = path.join(path.dirname(process.env["DOKUEI_APP"] ?? ""), "dokuei-registry");
const profile = mkdtempSync(path.join(tmpdir(), "dokuei-e2e-registry-"));
let registry: ChildProcess;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  rmSync(path.join(data, "api.json"), { force: true });
  registry = spawn(
    program,
    [
      ...["--data-dir", data, "--passphrase-file", passphraseFile],
      ...["serve", "--listen", "127.0.0.1:0", "--ui-dir", path.resolve("dist-registry")],
    ],
    { stdio: "inherit" },
  );
  const address = await told();
  context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: CHROMIUM_FLAGS,
    viewport: { width: 1280, height: 860 },
    locale: "ja-JP",
    timezoneId: "Asia/Tokyo",
  });
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(30_000);
  await page.goto(`${address}/`);
});

afterAll(async () => {
  await context.close();
  registry.kill("SIGTERM");
  rmSync(profile, { recursive: true, force: true });
});

/** Where the registry listens, as it writes it down. */
async function told(): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    try {
      const file = JSON.parse(readFileSync(path.join(data, "api.json"), "utf8")) as { api: string };
      return file.api;
    } catch {
      await sleep(100);
    }
  }
  throw new Error("the registry does not serve");
}

test("r6 the console opens with the operator's passphrase only", async () => {
  const passphrase = page.locator("input[name=passphrase]");
  await passphrase.fill("not the passphrase at all");
  await page.locator("form button[type=submit]").click();
  await page.locator("[role=alert]").waitFor();
  await passphrase.fill(readFileSync(passphraseFile, "utf8").trim());
  await page.locator("form button[type=submit]").click();
  await page.locator("nav.menu").waitFor();
  await page.locator(".counts").waitFor();
  await page.screenshot({ path: screenshot("registry-overview-ja") });
});

test("r4 a credential is suspended and reinstated, and the operator log tells it", async () => {
  await page.locator('nav.menu a[href="#/credentials"]').click();
  await page.locator("input[name=q]").fill("佐藤");
  const row = page.locator("tr[data-credential]", { hasText: "佐藤" });
  await row.waitFor();
  await page.screenshot({ path: screenshot("registry-credentials-ja") });
  await row.locator("a").click();
  for (const [act, badge] of [
    ["停止する", ".standing-suspended"],
    ["停止を解く", ".standing-in_force"],
  ] as const) {
    await page.getByRole("button", { name: act }).click();
    await page.locator("dialog button[type=submit]").click();
    await page.locator(badge).waitFor();
  }
  await page.locator('nav.menu a[href="#/log"]').click();
  await page.locator("table tbody tr").nth(1).waitFor();
  await page.getByRole("button", { name: "改ざんがないか確かめる" }).click();
  const verdict = await page.locator("[role=status]").textContent();
  expect(verdict).toContain("正しく連なっています");
  await page.screenshot({ path: screenshot("registry-log-ja") });
});
