import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeBrowsers, openBrowser, pageOf } from "./chromium";
import { clinic, nodeLogs, screenshot } from "./demo";
import { logged } from "./explain";
import { Ohif } from "./ohif";

/** A viewer of others finds the studies of a real node by DICOMweb, and draws their images. */
const { node, credential } = clinic();
const refused: string[] = [];
let ohif: Ohif;
logged(nodeLogs);
let page: Page;

beforeAll(async () => {
  const signedIn = await fetch(new URL("/api/v1/session", node.ui), {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Dokuei": "1" },
    body: JSON.stringify({ id: credential.practitioner, passphrase: credential.passphrase }),
  });
  const { token } = (await signedIn.json()) as { token: string };
  ohif = await Ohif.start(node.ui, token);
  const context = await openBrowser({ width: 1280, height: 860 }, "en-US");
  page = await pageOf(context);
  page.setDefaultTimeout(60_000);
  page.on("response", (answer) => {
    const { pathname } = new URL(answer.url());
    if (pathname.startsWith("/dicomweb/") && answer.status() >= 400)
      refused.push(`${answer.status()} ${pathname}`);
  });
  // 50 MB come from npm when they were not fetched before.
}, 300_000);

afterAll(async () => {
  await closeBrowsers();
  ohif.stop();
});

test("r13 OHIF lists the studies of the node", async () => {
  await page.goto(ohif.base);
  await page.getByText("YAMADA").waitFor();
  await page.getByText("Lestrade").waitFor();
  await page.screenshot({ path: screenshot("ohif-studies") });
});

test("r13 OHIF draws an image of the node's largest study", async () => {
  const found = await fetch(new URL("/dicomweb/studies", ohif.base));
  const studies = (await found.json()) as Record<string, { Value?: (string | number)[] }>[];
  const images = (one: (typeof studies)[number]) => Number(one["00201208"]?.Value?.[0] ?? 0);
  const [largest] = studies.sort((one, other) => images(other) - images(one));
  const study = String(largest?.["0020000D"]?.Value?.[0]);
  await page.goto(`${ohif.base}/viewer?StudyInstanceUIDs=${study}`);
  await page.locator("canvas").first().waitFor();
  // It shows newcomers around.
  await page.getByText("Skip all").click();
  await expect
    .poll(() => page.evaluate(SPREAD), { timeout: 60_000, interval: 500 })
    .toBeGreaterThan(30);
  await page.screenshot({ path: screenshot("ohif-viewer") });
  expect(refused).toEqual([]);
});

/** How far apart the grey levels of the largest picture on the page are. */
const SPREAD = `(() => {
  const all = [...document.querySelectorAll("canvas")];
  const [canvas] = all.sort((a, b) => b.width * b.height - a.width * a.height);
  if (!canvas || canvas.width < 100) return 0;
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d");
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  let low = 255, high = 0;
  for (let at = 0; at < data.length; at += 4) {
    low = Math.min(low, data[at]);
    high = Math.max(high, data[at]);
  }
  return high - low;
})()`;
