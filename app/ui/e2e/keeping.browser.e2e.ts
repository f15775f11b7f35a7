import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeBrowsers } from "./chromium";
import { clinic, nodeLogs, required } from "./demo";
import { logged } from "./explain";
import { ask, codeFor, dialog, enter, inEnglish } from "./house";
import { judge } from "./judge";

/** Whoever answers for personal data sees what must be kept until when, and deletes a study with a certificate. */
logged(nodeLogs);
const { node, credential } = clinic();
const desk = await enter(node.ui, credential);
const { page, ui } = desk;
const { practitioner, passphrase } = desk.credential;
let codes: string[] = [];
/** The study that this scene makes, so that it can delete it: the others work with theirs. */
let mine = "";

const studies = async () =>
  (await ask<{ study_instance_uid: string }[]>(page, "GET", "/studies")).map(
    (one) => one.study_instance_uid,
  );

/** A sample of a few small slices, made and imported by the program. */
async function importSample(): Promise<string> {
  const before = await studies();
  const out = mkdtempSync(path.join(tmpdir(), "dokuei-keeping-"));
  const dokuei = path.join(required("DOKUEI_PROGRAMS"), "dokuei");
  const slices = path.join(out, "sample");
  execFileSync(dokuei, ["study", "sample", "--out", slices, "--slices", "4", "--size", "64"]);
  execFileSync(dokuei, ["study", "import", slices, "--data-dir", node.data_dir]);
  rmSync(out, { recursive: true });
  // The program waits until it is there.
  return (await studies()).find((uid) => !before.includes(uid)) ?? "";
}

beforeAll(async () => {
  const { secret } = await ask<{ secret: string }>(page, "POST", "/security/second-factor", {
    kind: "totp",
    passphrase,
  });
  const answer = codeFor(secret);
  const confirmed = await ask<{ recovery_codes: string[] }>(
    page,
    "POST",
    "/security/second-factor/confirm",
    { answer },
  );
  codes = confirmed.recovery_codes;
  await ask(page, "POST", "/governance/records", {
    record: "assignment",
    person: { id: practitioner, name: "田中 花子" },
    role: "administrator",
    duties: ["privacy"],
    until: null,
  });
  mine = await importSample();
});

afterAll(async () => {
  // The other scenes sign in without one.
  const answer = codes.at(-1);
  if (answer)
    await ask(page, "POST", "/security/second-factor/remove", {
      passphrase,
      second_factor: { answer },
    });
  await closeBrowsers();
});

test("what is kept until when, and whose it is, in both languages", async () => {
  await page.goto(new URL("/#/retention", ui).href);
  await page.locator("#cases-title").waitFor();
  await page.locator("td .whose", { hasText: "山田" }).first().waitFor();
  await judge(page, "keeping-ja");
  await inEnglish(desk, () => judge(page, "keeping-en"));
});

test("r24 a case is held for a reason, and cannot be deleted then", async () => {
  const rows = page.locator("section[aria-labelledby=cases-title] tbody tr");
  const free = rows.filter({ has: page.getByRole("button", { name: "保全する" }) }).first();
  const row = rows.filter({ hasText: (await free.locator("code").textContent()) ?? "" });
  await row.getByRole("button", { name: "保全する" }).click();
  await dialog(desk).locator(".whose").waitFor();
  await dialog(desk).getByLabel(/^理由/).fill("照会への回答が済むまで");
  await judge(page, "keeping-hold-ja");
  await dialog(desk).getByRole("button", { name: "保全する" }).click();
  await dialog(desk).waitFor({ state: "detached" });
  await row.getByRole("button", { name: "保全を解除" }).waitFor();
  expect(await row.getByRole("button", { name: "廃棄…" }).count()).toBe(0);
});

test("r24 a study is deleted with its end typed, passphrase and a code, and there is a certificate", async () => {
  const row = page
    .locator("section[aria-labelledby=studies-title] tbody tr")
    .filter({ hasText: mine });
  await row.getByRole("button", { name: "廃棄…" }).click();
  await dialog(desk).locator(".whose").waitFor();
  await dialog(desk).getByLabel("試験用データ").check();
  await dialog(desk).getByLabel(/^理由/).fill("試験のために取り込んだもの");
  await dialog(desk)
    .getByLabel(/末尾6文字/)
    .fill(mine.slice(-6));
  await dialog(desk).getByLabel("あなたのパスフレーズ").fill(passphrase);
  await dialog(desk)
    .getByLabel("あなたの確認コード")
    .fill(codes[0] ?? "");
  await judge(page, "keeping-delete-ja");
  await dialog(desk).getByRole("button", { name: "署名して廃棄する" }).click();
  await dialog(desk).waitFor({ state: "detached" });
  await page.locator("code", { hasText: mine }).waitFor({ state: "detached" });
  const certificate = page.locator("a[href*='/certificate']").first();
  await certificate.waitFor();
  const saved = page.waitForEvent("download");
  await certificate.click();
  expect((await saved).suggestedFilename()).toMatch(/deletion-\d+\.zip/);
  await judge(page, "keeping-deleted-ja");
});
