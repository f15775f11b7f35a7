import { spawn, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Builder, By, Capabilities, until, type WebDriver } from "selenium-webdriver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clinic, MEASURE_IMAGE, nodeLogs, required, screenshot, type Pixels } from "./demo";
import { lastLines, logged, witness } from "./explain";

const WAIT = 40_000;
const { node, credential } = clinic();
const started: ChildProcess[] = [];
let driver: WebDriver | undefined;

logged(nodeLogs);
witness(() =>
  (driver ? [driver] : []).map((window) => ({
    tell: async () => [
      await window.getCurrentUrl(),
      ...lastLines(await window.executeScript<string>("return document.body.innerText")),
    ],
    picture: async (file) =>
      writeFileSync(file, Buffer.from(await window.takeScreenshot(), "base64")),
  })),
);

beforeAll(async () => {
  const display = await startDisplay();
  const [port, nativePort] = [await freePort(), await freePort()];
  const environment = {
    ...process.env,
    DISPLAY: display,
    // A machine without a graphics card, and a root user in a container: for tests only.
    LIBGL_ALWAYS_SOFTWARE: "1",
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  };
  const native = process.env["WEBKIT_DRIVER"] ?? "/usr/bin/WebKitWebDriver";
  start(
    required("TAURI_DRIVER"),
    [`--port=${port}`, `--native-port=${nativePort}`, `--native-driver=${native}`],
    environment,
  );
  await reachable(`http://127.0.0.1:${port}/status`);
  const capabilities = new Capabilities();
  capabilities.setBrowserName("wry");
  capabilities.set("tauri:options", {
    application: required("DOKUEI_APP"),
    args: ["--data-dir", node.data_dir],
  });
  driver = await new Builder()
    .withCapabilities(capabilities)
    .usingServer(`http://127.0.0.1:${port}/`)
    .build();
});

afterAll(async () => {
  await driver?.quit().catch(() => undefined);
  for (const program of started.reverse()) program.kill("SIGTERM");
});

test("the window attaches to the clinic's node and the practitioner signs in", async () => {
  const window = opened();
  const who = await find(window, "select[name=practitioner]");
  expect(new URL(await window.getCurrentUrl()).origin).toBe(new URL(node.api).origin);
  // With one practitioner she is chosen already; with several an option is clicked as a user would.
  await who.findElement(By.css(`option[value="${credential.practitioner}"]`)).click();
  await (await find(window, "input[name=passphrase]")).sendKeys(credential.passphrase);
  await (await find(window, "form button[type=submit]")).click();
});

test("the window shows the work list", async () => {
  await find(opened(), "tr[data-case]");
  await find(opened(), "li[data-study]");
  await shoot("window-work-list");
});

test("the window shows an image with real pixels", async () => {
  const window = opened();
  await (await find(window, "li[data-study] a[href^='#/images/']")).click();
  await find(window, ".stage img[data-current=true]");
  const spread = async () =>
    (await window.executeScript<Pixels | null>(MEASURE_IMAGE))?.spread ?? 0;
  await expect.poll(spread, { timeout: WAIT }).toBeGreaterThan(30);
  await shoot("window-image");
});

test("r17 the window does not leave its node", async () => {
  const window = opened();
  const before = await window.getCurrentUrl();
  await window.executeScript("location.href = 'http://127.0.0.1:9/elsewhere'");
  await sleep(500);
  expect(await window.getCurrentUrl()).toBe(before);
});

function opened(): WebDriver {
  if (!driver) throw new Error("the window did not open");
  return driver;
}

async function find(window: WebDriver, css: string) {
  return window.wait(until.elementLocated(By.css(css)), WAIT, `${css} did not appear`);
}

async function shoot(name: string): Promise<void> {
  writeFileSync(screenshot(name), Buffer.from(await opened().takeScreenshot(), "base64"));
}

function start(program: string, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(program, args, { env, stdio: ["ignore", "inherit", "inherit"] });
  started.push(child);
  return child;
}

/** A virtual display with a number that the X server picks itself. */
async function startDisplay(): Promise<string> {
  const server = spawn(
    "Xvfb",
    ["-displayfd", "3", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
    {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    },
  );
  started.push(server);
  const [, , , ready] = server.stdio;
  if (!ready) throw new Error("no pipe to Xvfb");
  const number = await new Promise<string>((resolve, reject) => {
    ready.once("data", (data: Buffer) => resolve(data.toString().trim()));
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`Xvfb ended with ${code ?? "a signal"}`)));
  });
  return `:${number}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function reachable(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  throw new Error(`${url} does not answer`);
}
