import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { lastLines, witness, type Witness } from "./explain";

/** Debian's Chromium, kept from calling home: nothing but the program under test may be contacted. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Long enough for what another program must do first. */
const PATIENCE_MS = 30_000;

interface Browser {
  context: BrowserContext;
  profile: string;
  /** What its pages complained of, and what they were refused. */
  said: string[];
}

const opened: Browser[] = [];

/** A browser with a profile of its own; `closeBrowsers` closes it. */
export async function openBrowser(
  viewport: { width: number; height: number },
  locale = "ja-JP",
): Promise<BrowserContext> {
  const profile = mkdtempSync(path.join(tmpdir(), "dokuei-e2e-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: FLAGS,
    viewport,
    locale,
    timezoneId: "Asia/Tokyo",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const said: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error") said.push(message.text());
  });
  context.on("weberror", (error) => said.push(String(error.error())));
  context.on("requestfailed", (request) =>
    said.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText ?? ""}`),
  );
  context.on("response", (answer) => {
    if (answer.status() >= 400)
      said.push(`${answer.status()} ${answer.request().method()} ${answer.url()}`);
  });
  opened.push({ context, profile, said });
  return context;
}

/** Its first page. */
export async function pageOf(context: BrowserContext): Promise<Page> {
  return context.pages()[0] ?? (await context.newPage());
}

/** Closes all browsers of this file and forgets their profiles. */
export async function closeBrowsers(): Promise<void> {
  for (const { context, profile } of opened.splice(0)) {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

witness(() =>
  opened.flatMap((browser) => browser.context.pages().map((page) => of(page, browser))),
);

function of(page: Page, { said }: Browser): Witness {
  return {
    tell: async () => [
      page.url(),
      ...lastLines(await page.locator("body").innerText({ timeout: 5_000 })),
      ...lastLines(said.join("\n")).map((line) => `! ${line}`),
    ],
    picture: async (file) => {
      await page.screenshot({ path: file, timeout: 10_000 });
    },
  };
}
