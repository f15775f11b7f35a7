import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { closeBrowsers } from "./chromium";
import { browser, judge, open, picture } from "./operator";
import { drawPapers, drawPhotograph } from "./paper";
import { RegistryDesk, type Bootstrap } from "./registryDesk";

interface Application {
  id: string;
  kind: "node" | "practitioner";
  state: string;
}

/** The steps of the form, as they are called on the page. */
const STEPS = {
  clinic: "申請の内容",
  person: "申請者",
  papers: "書類と連絡先",
  review: "確認と送信",
};
export type Step = keyof typeof STEPS;

/** Somebody with a new node, a browser and her papers; a registry and a bootstrap host of its own. */
export class Newcomer {
  readonly desk = new RegistryDesk();
  readonly clinic = {
    name: "さくら歯科クリニック",
    code: "1312345",
    passphrase: "sakura node 2026 kagi",
  };
  /** Address of the node's app. */
  app = "";
  private host: Bootstrap = { health: "", addresses: [] };
  private page: Page | null = null;

  /** Draws the papers, starts the programs and opens the app. */
  async begin(): Promise<Page> {
    const context = await browser();
    const { png, pdf } = await drawPapers(context);
    this.desk.write("免許証.png", png);
    this.desk.write("専門医認定証.pdf", pdf);
    this.desk.write("開設届.jpg", await drawPhotograph(context));
    this.desk.write("メモ.txt", "これは書類ではありません");
    this.host = await this.desk.bootstrap();
    this.app = await this.desk.node(this.clinic, this.host, path.resolve("dist"));
    this.page = await open(context, this.app);
    return this.page;
  }

  async end(): Promise<void> {
    await closeBrowsers();
    this.desk.stop();
  }

  /** Waits until a step is shown: its address comes earlier, while the button is still that of the step before. */
  async at(step: Step): Promise<void> {
    await this.open().locator(".steps [aria-current=step]", { hasText: STEPS[step] }).waitFor();
  }

  /** Waits until a field has this value. */
  async holds(name: string, value: string): Promise<void> {
    const field = this.open().locator(`main [name="${name}"]`);
    await expect.poll(() => field.inputValue()).toBe(value);
  }

  /** Pictures of the page in both languages, and the judgement of axe. */
  async look(name: string): Promise<void> {
    const page = this.open();
    await judge(page, `apply-${name}-ja`);
    await page.locator("header button[lang=en]").click();
    await page.locator("html[lang=en]").waitFor();
    await picture(page, `apply-${name}-en`);
    // A letter of Japanese may only stand in names.
    const shown = page.locator("main :is(h1, h2, h3, legend, label, button, summary)");
    const words = (await shown.allTextContents()).join("").replaceAll(this.clinic.name, "");
    expect(words.match(/[ぁ-んァ-ヶ]/), name).toBeNull();
    await page.locator("header button[lang=ja]").click();
    await page.locator("html[lang=ja]").waitFor();
  }

  /** The fingerprint of the registry's root, as OpenSSL writes it: 3F:9C:… */
  published(): string {
    const words = ["x509", "-in", this.desk.path("root.pem"), "-noout", "-fingerprint", "-sha256"];
    return execFileSync("openssl", words, { encoding: "utf8" }).split("=")[1]?.trim() ?? "";
  }

  /** Whoever carries off a folder finds none of these in its files. */
  findsNone(folder: string, secrets: string[]): void {
    for (const bytes of this.desk.files(folder))
      for (const secret of secrets) expect(bytes.includes(secret), secret).toBe(false);
  }

  /** The registry's operator at her command line. */
  registry(...words: string[]): unknown {
    return this.desk.as("kobayashi", "application", ...words);
  }

  /** Applications that wait for the registry's decision. */
  received(kind: Application["kind"]): string {
    const all = this.registry("list", "--json") as Application[];
    return all.find((one) => one.kind === kind && one.state === "received")?.id ?? "";
  }

  /** The registry sees all this of an application, and the paper among its evidence. */
  shows(id: string, texts: string[], paper: string): void {
    const shown = JSON.stringify(this.registry("show", id, "--json"));
    for (const text of texts) expect(shown).toContain(text);
    this.registry("evidence", id, "--out", this.desk.path("seen"));
    const scan = readFileSync(this.desk.path(paper));
    expect(this.desk.files("seen").some((bytes) => bytes.equals(scan))).toBe(true);
  }

  /** The registry leaves its answers, and she does not wait until her node asks by itself. */
  async answered(): Promise<void> {
    this.collect();
    // Where the node asked by itself at this moment nothing waits any more, and the button is gone.
    const look = this.open().locator("main button[name=look]");
    await look.click({ timeout: 5_000 }).catch(() => undefined);
  }

  /** The registry takes what waits, and leaves its answers. */
  collect(): void {
    this.registry("collect", "--url", this.host.health);
  }

  private open(): Page {
    if (!this.page) throw new Error("the app is not open");
    return this.page;
  }
}
