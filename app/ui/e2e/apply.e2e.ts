import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Newcomer, type Step } from "./newcomer";
import { complaints, foreign } from "./operator";

/** A newcomer's whole way in a browser: from a node that trusts nobody to her first sign-in. */
const reason = "開設届の写真が読めません。撮り直してください。";
const passphrase = "hare nochi kumori 7 sai";
const newcomer = new Newcomer();
let page: Page;
let person: string, node: string;

beforeAll(async () => {
  page = await newcomer.begin();
});
afterAll(() => newcomer.end());

const { clinic, desk } = newcomer;
const look = (name: string) => newcomer.look(name);
const at = (step: Step) => newcomer.at(step);
const holds = (name: string, value: string) => newcomer.holds(name, value);
const field = (name: string) => page.locator(`main [name="${name}"]`);
const next = () => page.locator("main form button[type=submit]").click();
test("r6 a node without a certificate asks for its own passphrase, and for nothing else", async () => {
  await page.waitForURL("**/#/apply");
  await field("node-passphrase").waitFor();
  await look("owner");
  await field("node-passphrase").fill(passphrase);
  await next();
  await page.locator("[role=alert][data-code=wrong_passphrase]").waitFor();
  await field("node-passphrase").fill(clinic.passphrase);
  await next();
  await page.locator("main input[name=root]").waitFor({ state: "attached" });
});

test("r17 a registry is trusted only when its fingerprint is the one that was published", async () => {
  await look("root");
  const input = page.locator("main input[name=root]");
  await input.setInputFiles(desk.path("メモ.txt"));
  await page.locator("main [role=alert]").waitFor();
  await input.setInputFiles(desk.path("root.pem"));
  const trust = page.getByRole("button", { name: "この登録機関を信頼する" });
  await field("fingerprint").fill("ab:".repeat(32));
  await page.locator(".field-wrong").waitFor();
  await expect.poll(() => trust.isDisabled()).toBe(true);
  await look("root-different");
  await field("fingerprint").fill(newcomer.published());
  await page.locator("input.same").waitFor();
  await look("root-same");
  await trust.click();
  await page.locator("fieldset, [role=radiogroup]").first().waitFor();
});

test("r20 she says what the machine is and whose", async () => {
  await page.locator("input[name=device][value=portable]").check();
  await page.locator("input[name=owner][value=private]").check();
  await page.locator("[data-rule=no-private-device]").waitFor();
  await look("clinic-private");
  await page.locator("input[name=device][value=fixed]").check();
  await page.locator("input[name=owner][value=institution]").check();
  await next();
  await at("person");
});

test("r3 r4 the licence and the qualification are asked for as they are registered", async () => {
  await next();
  await page.locator(".field-wrong").first().waitFor();
  await page.locator("[name=nameJa]:focus").waitFor();
  await look("person-empty");
  await field("nameJa").fill("田中 花子");
  await field("kana").pressSequentially("たなか はなこ");
  await holds("nameLatin", "Tanaka Hanako");
  await holds("id", "tanaka");
  await field("licenceNumber").fill("第１２３号");
  await next();
  await page.locator(".field-wrong input[name=licenceNumber]").waitFor();
  await field("licenceNumber").fill("１２３４５６");
  await field("registeredOn").fill("2004-04-20");
  await field("oral-radiology").check();
  await next();
  await field("number.oral-radiology").fill("第77号");
  await field("validTo.oral-radiology").fill("2099-03-31");
  await look("person");
  await next();
  await at("papers");
});

test("r24 only pictures and PDF are attached, and a photograph is made small enough", async () => {
  await next();
  await page.locator(".field-wrong").waitFor();
  const papers = ["メモ.txt", "免許証.png", "専門医認定証.pdf", "開設届.jpg"];
  await field("evidence").setInputFiles(papers.map((name) => desk.path(name)));
  await page.locator("[data-fault=kind]").waitFor();
  for (const kind of ["licence", "qualification", "institution"])
    await page.locator(`[data-piece=${kind}]`).waitFor();
  await expect.poll(() => page.locator("[data-wanted].has").count()).toBe(3);
  const picture = page.locator("[data-piece=institution] img");
  await expect
    .poll(() => picture.evaluate((one) => (one as HTMLImageElement).naturalWidth))
    .toBe(2000);
  await look("papers-fault");
  await field("email").fill("tanaka@sakura.example");
  await field("telephone").fill("03-1234-5678");
  await field("note").fill("旧姓は佐藤です。");
  await look("papers");
});

test("r19 a reload loses nothing, and no file of the node shows what was typed", async () => {
  await page.locator('[data-draft="kept kept"]').waitFor();
  await page.waitForTimeout(600);
  await page.locator('[data-draft="kept kept"]').waitFor();
  await page.reload();
  await page.locator("[data-piece=qualification]").waitFor();
  await expect.poll(() => page.locator("[data-piece]").count()).toBe(3);
  await holds("note", "旧姓は佐藤です。");
  await page.goto(`${newcomer.app}/#/apply/person`);
  await holds("nameLatin", "Tanaka Hanako");
  await holds("number.oral-radiology", "第77号");
  newcomer.findsNone("node", ["田中 花子", "tanaka@sakura", "旧姓は佐藤", "IHDR"]);
  await next();
  await at("papers");
  await next();
  await at("review");
});

test("r6 a weak passphrase is refused before anything is signed", async () => {
  await page.locator("[data-part=person]", { hasText: "第77号" }).waitFor();
  await look("review");
  const send = page.locator("main form button[type=submit]");
  await field("passphrase").fill("tanaka hanako 123");
  await field("passphrase-again").fill("tanaka hanako 123");
  await page.locator(".strength-weak").waitFor();
  await expect.poll(() => send.isDisabled()).toBe(true);
  await look("review-weak");
  await field("passphrase").fill(passphrase);
  await page.locator(".strength-good").waitFor();
  await expect.poll(() => send.isDisabled()).toBe(true);
  await field("passphrase-again").fill(passphrase);
  await expect.poll(() => send.isEnabled()).toBe(true);
});

test("r17 it is sent sealed: who keeps it for the registry cannot read it", async () => {
  await next();
  await page.locator("[data-application][data-state=deposited]").nth(1).waitFor();
  await look("sent");
  expect(desk.files("bootstrap/drop-box").length).toBe(2);
  newcomer.findsNone("bootstrap/drop-box", ["田中", "123456", "IHDR", "%PDF", clinic.code]);
});

test("r3 the registry receives what was typed, and her certificate installs itself", async () => {
  newcomer.collect();
  person = newcomer.received("practitioner");
  node = newcomer.received("node");
  // 20 April 2004, in seconds of Unix.
  const typed = ["田中 花子", "Tanaka Hanako", "123456", "1082419200", "第77号", "たなか"];
  newcomer.shows(person, typed, "免許証.png");
  newcomer.registry("approve", person);
  newcomer.registry("refuse", node, "--reason", reason);
  await newcomer.answered();
  await page.locator(`[data-application="${person}"][data-state=issued]`).waitFor();
});

test("r4 a refusal comes back with its reason, and is corrected without typing it all again", async () => {
  const refused = page.locator(`[data-application="${node}"][data-state=refused]`);
  await refused.locator("strong", { hasText: reason }).waitFor();
  await look("refused");
  await refused.locator("a.button-primary").click();
  await at("clinic");
  await page.locator("input[name=wanted][value=node]:checked").waitFor();
  await next();
  await at("papers");
  await holds("email", "tanaka@sakura.example");
  await next();
  await at("review");
  await expect.poll(() => page.locator("[data-part=papers]").textContent()).not.toContain("免許証");
  await look("review-node");
  await next();
  await page.locator("[data-application][data-state=deposited]").waitFor();
  newcomer.collect();
  newcomer.registry("approve", newcomer.received("node"));
  await newcomer.answered();
});

test("r6 r19 the node has its certificate, and she signs in", async () => {
  await page.locator(".note-ok .button-primary").waitFor();
  const refused = page.locator(`[data-application="${node}"][data-state=refused]`);
  await expect.poll(() => refused.locator("a").count()).toBe(0);
  await look("ready");
  await page.locator(".note-ok .button-primary").click();
  await page.locator("select[name=practitioner]").selectOption("tanaka");
  await page.locator("input[name=passphrase]").fill(passphrase);
  await next();
  await page.locator("#cases-title").waitFor();
  newcomer.findsNone("node", [passphrase, clinic.passphrase]);
});

test("r17 the pages talked to their node only, and its policy refused nothing of ours", () => {
  expect(foreign).toEqual([]);
  expect(complaints).toEqual([]);
});
