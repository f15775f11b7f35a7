import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { closeBrowsers, openBrowser, pageOf } from "./chromium";
import { clinic, credentialsAt, nodeLogs, nodeOf, screenshot, type Credential } from "./demo";
import { logged } from "./explain";

/** What is planned in a volume outlives the page: it is in the draft of whoever writes the report, and goes into it. */
const { node: asking, credential: dentist } = clinic();
const reading = nodeOf("specialist");
const [specialist] = credentialsAt("specialist");
logged(nodeLogs);
let page: Page;
let [caseId, study, distance] = ["", "", ""];

async function signedIn(at: string, who: Credential): Promise<Page> {
  const opened = await pageOf(await openBrowser({ width: 1440, height: 1000 }));
  opened.setDefaultTimeout(60_000);
  await opened.goto(at);
  await opened.locator("select[name=practitioner]").selectOption(who.practitioner);
  await opened.locator("input[name=passphrase]").fill(who.passphrase);
  await opened.locator("form button[type=submit]").click();
  await opened.locator("header a.who").waitFor();
  return opened;
}

/** Asks the node as the page does. */
function ask<T>(of: Page, method: string, at: string, body?: object): Promise<T> {
  return of.evaluate(
    async ([how, where, what]) => {
      const headers = { "X-Dokuei": "1", "Content-Type": "application/json" };
      const sent = what === undefined ? {} : { body: JSON.stringify(what) };
      const answer = await fetch(`/api/v1${where}`, { method: how, headers, ...sent });
      if (!answer.ok) throw new Error(`${where}: ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    [method, at, body] as const,
  );
}

test("a volume is sent and taken on", async () => {
  if (!specialist) throw new Error("the demo's files name no specialist");
  const clinicPage = await signedIn(asking.ui, dentist);
  page = await signedIn(reading.ui, specialist);
  const me = await ask<{ fingerprint: string }>(page, "GET", "/session");
  const studies = await ask<{ study_instance_uid: string; origin: string; instances: number }[]>(
    clinicPage,
    "GET",
    "/studies",
  );
  const [volume] = studies
    .filter((one) => one.origin === "imported")
    .sort((a, b) => b.instances - a.instances);
  const wanted = {
    study_instance_uid: volume?.study_instance_uid ?? "",
    with: me.fingerprint,
    question: "36 部のインプラントと下顎管の距離",
    region: "36",
    history: "",
    justification: "埋入前の評価",
    urgency: "routine",
    consent: {
      explained_by: "田中 花子",
      explained_at: "2026-11-20T10:00:00+09:00",
      scope: "画像診断の依頼",
    },
  };
  const checked = await ask<{ findings: { acknowledge: string }[] }>(
    clinicPage,
    "POST",
    "/cases/check",
    wanted,
  );
  const acknowledged = checked.findings.map((one) => one.acknowledge);
  const asked = { ...wanted, acknowledged };
  caseId = (await ask<{ case_id: string }>(clinicPage, "POST", "/cases", asked)).case_id;
  const accept = () => ask(page, "POST", `/cases/${caseId}/accept`, {}).catch(() => null);
  await expect.poll(accept, { timeout: 60_000 }).not.toBe(null);
  const state = async () => {
    const now = await ask<{ state: string; study_instance_uid: string }>(
      page,
      "GET",
      `/cases/${caseId}`,
    );
    study = now.study_instance_uid;
    return now.state;
  };
  await expect.poll(state, { timeout: 180_000 }).toBe("delivered");
}, 360_000);

afterAll(closeBrowsers);

async function openArch(): Promise<void> {
  await page.goto(new URL(`/#/reader/${study}?case=${caseId}`, reading.ui).href);
  await page.locator(".drawing[data-drawn=true]").first().waitFor();
  await page.getByRole("button", { name: "パノラマ断面" }).click();
  await page.locator(".curved[data-arrived=true] .field-arch[data-drawn=true]").waitFor();
}

test("a canal and an implant are saved in the draft", async () => {
  await openArch();
  const arch = await boxOf(".field-arch");
  await page.getByRole("button", { name: "神経管をなぞる" }).click();
  for (const away of [20, 40, 60])
    await page.mouse.click(arch.x + arch.width / 2 + away, arch.y + arch.height - 25);
  await page.getByRole("button", { name: "インプラントを置く" }).click();
  const section = await boxOf(".field-section");
  await page.mouse.click(section.x + section.width / 2, section.y + section.height * 0.6);
  const told = page.locator("[data-clearance]", { hasText: /神経管 1/ });
  distance = (await told.textContent()) ?? "";
  await page.locator(".panel-plan .draft-saved", { hasText: "保存しました" }).waitFor();
});

test("r6 both are there when she opens the case again, and are written into the report", async () => {
  await page.goto("about:blank");
  await openArch();
  const told = page.locator("[data-clearance]", { hasText: /神経管 1/ });
  expect(await told.textContent()).toBe(distance);
  const panel = page.locator(".panel-plan");
  await panel.getByRole("button", { name: "下書きの続きを書く" }).click();
  await panel.getByRole("button", { name: "報告書に書き込む" }).click();
  await page.getByText("所見に書き込みました。").waitFor();
  await page.getByRole("button", { name: "報告書を並べて書く" }).click();
  const findings = page.locator(".beside textarea[name=findings]");
  await expect.poll(() => findings.inputValue()).toContain(distance);
  await page.locator(".beside .key-images img").first().waitFor();
  await page.screenshot({ path: screenshot("reader-plans-ja") });
});

async function boxOf(what: string) {
  const box = await page.locator(what).boundingBox();
  if (!box) throw new Error(`${what} is not drawn`);
  return box;
}
