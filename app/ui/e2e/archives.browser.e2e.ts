import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeBrowsers, openBrowser, pageOf } from "./chromium";
import { Dcmqrscp, dcmtk, listed } from "./dcmqrscp";
import { clinic, nodeLogs } from "./demo";
import { logged } from "./explain";
import { judge } from "./judge";

/**
 * The clinic's page of archives and that of writing a study out, with programs of other people on the far side: DCMTK's
 * archive is searched, fetched from and sent to, and DCMTK reads the medium.
 */
const { node, credential } = clinic();
logged(nodeLogs);
const refused: string[] = [];
const work = mkdtempSync(path.join(tmpdir(), "dokuei-export-"));
const medium = path.join(work, "medium");
/** What only the archive has: the medium's images, under other UIDs and of somebody else. */
const PATIENT = "HANADA^RIN";
const onlyThere = `2.25.${BigInt(`0x${randomUUID().replaceAll("-", "")}`)}`;
let archive: Dcmqrscp;
let page: Page;
let study: StudyListed;

interface StudyListed {
  study_instance_uid: string;
  origin: string;
  instances: number;
}

interface CaseListed {
  case_id: string;
  state: string;
  study_instance_uid: string;
}

beforeAll(async () => {
  if (node.archive_port === null || node.dicom_port === null)
    throw new Error("the demo's clinic knows no archive");
  archive = new Dcmqrscp(node.archive_port, node.dicom_port);
  page = await pageOf(await openBrowser({ width: 1280, height: 860 }));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) refused.push(message.text());
  });
  await page.goto(node.ui);
  await page.locator("select[name=practitioner]").selectOption(credential.practitioner);
  await page.locator("input[name=passphrase]").fill(credential.passphrase);
  await page.locator("form button[type=submit]").click();
  await page.locator("header a.who").waitFor();
  const all = await ask<StudyListed[]>("GET", "/studies");
  const imported = all.filter((one) => one.origin === "imported");
  imported.sort((a, b) => a.instances - b.instances);
  // Not the very smallest, which other scenes take for theirs.
  const found = imported.find((one) => one.instances > (imported[0]?.instances ?? 0));
  if (!found) throw new Error("the demo's clinic has imported nothing");
  study = found;
});

afterAll(async () => {
  await closeBrowsers();
  archive.stop();
  rmSync(work, { recursive: true, force: true });
});

test("r11 an archive that is not there is told, and one that is there answers", async () => {
  await go("archives");
  const card = page.locator("[data-archive=PACS]");
  await card.getByRole("button", { name: "接続を確かめる" }).click();
  await card.getByText("応答しません").waitFor();
  await archive.start();
  await card.getByRole("button", { name: "接続を確かめる" }).click();
  await card.getByText(/^応答しました/).waitFor();
  await judge(page, "archives-ja");
});

test("r1 r23 a study is written out as a medium that DCMTK reads", async () => {
  await go(`export/${encodeURIComponent(study.study_instance_uid)}`);
  await page.getByLabel(/^書き出し先/).fill(medium);
  await page.getByRole("button", { name: "書き出す" }).click();
  const told = page.getByRole("status").filter({ hasText: "個のファイルを書き出しました" });
  await told.waitFor({ timeout: 120_000 });
  await judge(page, "export-ja");
  const files = listed(path.join(medium, "DICOMDIR"));
  expect(files.length).toBe(study.instances);
  // Each is where the table of contents says, and of the study that was asked for.
  for (const file of files) {
    const at = path.join(medium, ...file.split("\\"));
    const said = dcmtk("dcmdump", ["+P", "StudyInstanceUID", at]);
    expect(said).toContain(`[${study.study_instance_uid}]`);
  }
  // Of the same files DCMTK makes the same table by itself, by the rules of the same profile.
  const theirs = path.join(work, "THEIRS");
  const words = ["--general-purpose", "--recurse", "--input-directory", medium];
  dcmtk("dcmmkdir", [...words, "--output-file", theirs, ...series()], work);
  expect(listed(theirs).sort()).toEqual(files.sort());
});

test("r13 a study is looked for in the archive by its patient, and fetched", async () => {
  for (const folder of series()) {
    const files = readdirSync(path.join(medium, folder));
    const own = `2.25.${BigInt(`0x${randomUUID().replaceAll("-", "")}`)}`;
    const changes = [
      `StudyInstanceUID=${onlyThere}`,
      `SeriesInstanceUID=${own}`,
      `PatientName=${PATIENT}`,
      "PatientID=E2E-1",
    ].flatMap((one) => ["-i", one]);
    const paths = files.map((file) => path.join(medium, folder, file));
    dcmtk("dcmodify", ["--no-backup", ...changes, "--gen-inst-uid", ...paths]);
  }
  rmSync(path.join(medium, "DICOMDIR"));
  archive.fill(medium);
  await go("request");
  await page.locator("[data-from-archive] summary").click();
  await page.locator("input[name=archiveName]").fill("HANADA");
  await page.getByRole("button", { name: "探す" }).click();
  const row = page.locator(`tr[data-found="${onlyThere}"]`);
  await row.getByText(/HANADA/).waitFor();
  await judge(page, "archive-search-ja");
  await row.getByRole("button", { name: /を取り寄せる$/ }).click();
  const fetched = page.locator(`[data-fetched="${onlyThere}"]`);
  await fetched
    .getByText(`${study.instances} 枚が新しく取り込まれました。`)
    .waitFor({ timeout: 60_000 });
  await fetched.getByRole("button", { name: "この検査で依頼する" }).waitFor();
  const here = await ask<StudyListed>("GET", `/studies/${onlyThere}`);
  expect(here.instances).toBe(study.instances);
});

test("r15 a report is sent to the archive, which finds it, and the queue says so", async () => {
  const cases = await ask<CaseListed[]>("GET", "/cases");
  const reported = cases.find((one) => ["reported", "closed", "acknowledged"].includes(one.state));
  if (!reported) throw new Error(`no report is here: ${cases.map((one) => one.state).join(" ")}`);
  const about = reported.study_instance_uid;
  expect(archive.find("STUDY", [`StudyInstanceUID=${about}`], "StudyInstanceUID")).toEqual([]);
  const sent = await ask<{ id: string }>("POST", `/cases/${reported.case_id}/send-report`, {
    to: "PACS",
  });
  await go("archives");
  const row = page.locator(`tr[data-dispatch="${sent.id}"]`);
  await row.and(page.locator("[data-state=delivered]")).waitFor({ timeout: 60_000 });
  await row.getByText("届きました").waitFor();
  await judge(page, "archives-queue-ja");
  const modalities = archive.find("SERIES", [`StudyInstanceUID=${about}`], "Modality");
  expect(modalities).toContain("SR");
  expect(modalities).toContain("DOC");
});

test("r15 a study is sent with its button, and what the archive has then is all of it", async () => {
  const before = archive.kept();
  await go("");
  const item = page.locator(`li[data-study="${study.study_instance_uid}"]`);
  await item.getByRole("button", { name: /を PACS へ送る$/ }).click();
  await item.getByRole("link", { name: "送信の状況を見る" }).click();
  await expect
    .poll(() => archive.kept(), { timeout: 120_000, interval: 500 })
    .toBe(before + study.instances);
  const key = `StudyInstanceUID=${study.study_instance_uid}`;
  const found = archive
    .find("SERIES", [key], "SeriesInstanceUID")
    .flatMap((uid) => archive.find("IMAGE", [key, `SeriesInstanceUID=${uid}`], "SOPInstanceUID"));
  expect(new Set(found).size).toBe(study.instances);
  expect(refused).toEqual([]);
});

/** The folders of the medium's series. */
function series(): string[] {
  return readdirSync(medium).filter((name) => name.startsWith("SE"));
}

async function go(to: string): Promise<void> {
  await page.goto(new URL(`/#/${to}`, node.ui).href);
}

/** Asks the node as the page does. */
function ask<T>(method: string, at: string, body?: object): Promise<T> {
  return page.evaluate(
    async ([how, where, what]) => {
      const headers = { "X-Dokuei": "1", "Content-Type": "application/json" };
      const answer = await fetch(`/api/v1${where}`, {
        method: how,
        headers,
        ...(what === undefined ? {} : { body: JSON.stringify(what) }),
      });
      if (!answer.ok) throw new Error(`${where}: ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    [method, at, body] as const,
  );
}
