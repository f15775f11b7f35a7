import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeBrowsers } from "./chromium";
import { EmptyRegistry } from "./emptyRegistry";
import { issueOnPaper } from "./issuing";
import { askUntil, browser, complaints, confirm, foreign } from "./operator";
import { go, look, open, signIn, speaksEnglish } from "./operator";
import { PAGES } from "../src/registry/route";
import { makeRegistry } from "./making";
import { applyWithPapers } from "./paper";
import { RegistryDesk } from "./registryDesk";
import { comeAndGo, rollOver } from "./rollover";

/** The registry operator's console in a browser, on a registry of its own: from an application's file to issued. */
const desk = new RegistryDesk();
const empty = new EmptyRegistry();
let address: string;
let kobayashi: Page, mori: Page;
let specialist: string, dentist: string;

beforeAll(async () => {
  const [first, second] = await Promise.all([browser(), browser()]);
  ({ specialist, dentist } = await applyWithPapers(desk, first));
  address = await desk.serve(path.resolve("dist-registry"));
  [kobayashi, mori] = await Promise.all([open(first, address), open(second, address)]);
});

afterAll(async () => {
  await closeBrowsers();
  desk.stop();
  empty.stop();
});

test("r6 the console opens with an operator's own passphrase only", async () => {
  await signIn(kobayashi, "kobayashi", desk.passphrases.mori);
  await kobayashi.locator("[role=alert][data-code=wrong_passphrase]").waitFor();
  await look(kobayashi, "sign-in-ja");
  await signIn(kobayashi, "kobayashi", desk.passphrases.kobayashi);
  await kobayashi.locator("nav.menu").waitFor();
  await signIn(mori, "mori", desk.passphrases.mori);
  await mori.locator("nav.menu").waitFor();
  await kobayashi.locator(".jobs").waitFor();
  await look(kobayashi, "overview-ja");
});

test("the boards' list of specialists is imported", async () => {
  await go(kobayashi, "specialists");
  await kobayashi.locator("input[name=specialists]").setInputFiles(desk.path("specialists.csv"));
  await confirm(kobayashi);
  await kobayashi.locator("td", { hasText: "高橋 次郎" }).waitFor();
  await look(kobayashi, "specialists-ja");
});

test("r3 applications are taken in from files, and matched with the list", async () => {
  await go(kobayashi, "applications");
  const input = kobayashi.locator("input[name=application]");
  await input.setInputFiles(desk.path("specialists.csv"));
  await kobayashi.locator("[role=alert][data-code=sealed-malformed]").waitFor();
  for (const file of ["dentist", "node", "specialist"]) {
    await input.setInputFiles(desk.path(`${file}.sealed`));
    await kobayashi.locator("[data-received]").waitFor();
  }
  const row = (id: string) => kobayashi.locator(`tr[data-application="${id}"]`);
  await row(specialist).locator("[data-verdict=listed]").waitFor();
  await row(dentist).locator("[data-verdict=not-listed]").waitFor();
  await look(kobayashi, "applications-ja");
  await kobayashi.getByRole("button", { name: "受付箱から集める" }).click();
  await confirm(kobayashi);
  await kobayashi.locator("dialog .note-ok").waitFor();
  await look(kobayashi, "collect-ja");
  await kobayashi.keyboard.press("Escape");
});

test("r24 evidence is looked at in the page, and a document only saved", async () => {
  await kobayashi.locator(`tr[data-application="${specialist}"] a`).click();
  const image = kobayashi.locator("[data-evidence='0'] img");
  await image.waitFor();
  await expect
    .poll(() => image.evaluate((one) => (one as HTMLImageElement).naturalWidth))
    .toBe(900);
  await look(kobayashi, "application-ja");
  await kobayashi.locator("[data-evidence='0']").click();
  await kobayashi.locator("dialog .viewer-stage img").waitFor();
  await look(kobayashi, "evidence-ja");
  await kobayashi.keyboard.press("Escape");
  const saving = kobayashi.waitForEvent("download");
  await kobayashi.locator("[data-evidence='1']").click();
  expect((await saving).suggestedFilename()).toMatch(/\.pdf$/);
});

test("r3 r17 one operator approves, and only another lets it be issued", async () => {
  await kobayashi.getByRole("button", { name: "承認する" }).click();
  await look(kobayashi, "approve-ja");
  await confirm(kobayashi);
  await kobayashi.locator("[data-state=approved]").waitFor();
  await look(kobayashi, "waits-own-ja");
  expect(await kobayashi.getByRole("button", { name: "承認して発行する" }).count()).toBe(0);

  await mori.reload();
  await go(mori, "pending");
  await mori.locator("[data-pending] dd").first().waitFor();
  await look(mori, "pending-ja");
  await mori.locator("[data-pending] a").click();
  await mori.locator("[data-state=approved]").waitFor();
  await look(mori, "waits-second-ja");
  await mori.getByRole("button", { name: "承認して発行する" }).click();
  await confirm(mori);
  await mori.locator("[data-state=issued]").waitFor();
  await mori.locator("[data-state=issued] a.button").click();
  await mori.locator(".standing-in_force").waitFor();
  await look(mori, "credential-ja");
});

test("r4 what cannot be believed is refused with a reason", async () => {
  await go(mori, "applications");
  await mori.locator(`tr[data-application="${dentist}"] a`).click();
  await mori.locator("[data-state=received]").waitFor();
  await look(mori, "doubted-ja");
  await mori.getByRole("button", { name: "却下する" }).click();
  const dialog = mori.locator("dialog");
  await dialog.locator("button[type=submit]").click();
  await dialog.locator(".field-wrong").waitFor();
  await dialog.getByRole("button", { name: "名簿にない" }).click();
  await look(mori, "refuse-ja");
  await dialog.locator("button[type=submit]").click();
  await mori.locator("[data-state=refused]").waitFor();
  await look(mori, "refused-ja");
});

test("r20 a credential is suspended at once, and reinstated by two", async () => {
  await go(mori, "credentials");
  await mori.locator("input[name=q]").fill("鈴木");
  await mori.locator("tr[data-credential]", { hasText: "鈴木" }).waitFor();
  await look(mori, "credentials-ja");
  await mori.locator("tr[data-credential] a").click();
  await mori.getByRole("button", { name: "停止する" }).click();
  await confirm(mori);
  await mori.locator(".standing-suspended").waitFor();
  await mori.getByRole("button", { name: "停止を解く" }).click();
  await confirm(mori);
  await mori.locator("[role=status] a").waitFor();
  await kobayashi.reload();
  await go(kobayashi, "pending");
  await kobayashi.locator("[data-pending] .button-primary").click();
  await confirm(kobayashi);
  await kobayashi.locator("main .empty").waitFor();
  await mori.reload();
  await mori.locator(".standing-in_force").waitFor();
});

test("r4 many at once, and one on paper, are issued for when a second operator has seen it", async () => {
  await go(kobayashi, "imports");
  await kobayashi.locator("input[name=import]").setInputFiles(desk.people("people.csv", 3));
  await confirm(kobayashi);
  await kobayashi.locator("[data-import][data-state=waiting]").waitFor();
  await mori.reload();
  await go(mori, "pending");
  await mori.locator("[data-pending] .button-primary").click();
  await confirm(mori);
  await mori.locator("main .empty").waitFor();
  await kobayashi.reload();
  await kobayashi.locator("[data-state=ready] .button-primary").click();
  await kobayashi.locator("[data-state=done]", { hasText: "発行 3" }).waitFor();
  await look(kobayashi, "imports-ja");
  await issueOnPaper(desk, kobayashi, mori);
});

test("r17 the mirror is current, and the operator log tells everything", async () => {
  await go(kobayashi, "register");
  await askUntil(kobayashi, "もう一度問い合わせる", "[data-mirror] .verdict-yes");
  await look(kobayashi, "register-ja");
  await go(kobayashi, "log");
  await kobayashi.locator("tr[data-row=reinstate]").first().waitFor();
  await kobayashi.getByRole("button", { name: "改ざんがないか確かめる" }).click();
  await kobayashi.locator("[role=status]", { hasText: "正しく連なっています" }).waitFor();
  await look(kobayashi, "log-ja");
});

test("r3 r11 the next issuing authority takes over by file; operators come and go", async () => {
  await rollOver(desk, kobayashi);
  await comeAndGo(kobayashi, mori);
});

test("r19 an empty directory becomes a registry, and its root stays on paper", async () => {
  await makeRegistry(empty, kobayashi.context(), path.resolve("dist-registry"));
});

test("every page speaks English too", async () => {
  await speaksEnglish(kobayashi, PAGES);
  await kobayashi.goto(`${address}/#/applications/${dentist}`);
  await kobayashi.locator("[data-state=refused]").waitFor();
  await look(kobayashi, "application-en");
});

test("r17 the pages talked to their registry only, and its policy refused nothing of ours", () => {
  expect(foreign).toEqual([]);
  expect(complaints).toEqual([]);
});
