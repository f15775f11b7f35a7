import { createHmac } from "node:crypto";
import type { Locator, Page } from "playwright-core";
import type { Credential } from "./demo";
import { openDesk, type Desk } from "./liveDesk";

/** Signs in at a node, in a browser of her own. */
export async function enter(ui: string, credential: Credential | undefined): Promise<Desk> {
  if (!credential) throw new Error(`the demo's files name nobody for ${ui}`);
  const desk = await openDesk(ui, credential);
  const { page } = desk;
  await page.goto(ui);
  await page.locator("select[name=practitioner]").selectOption(credential.practitioner);
  await page.locator("input[name=passphrase]").fill(credential.passphrase);
  await page.locator("form button[type=submit]").click();
  await page.locator("header a.who").waitFor();
  return desk;
}

/** Asks the node as the page does. */
export function ask<T>(of: Page, method: string, at: string, body?: object): Promise<T> {
  return of.evaluate(
    async ([how, where, what]) => {
      const headers = { "X-Dokuei": "1", "Content-Type": "application/json" };
      const answer = await fetch(`/api/v1${where}`, {
        method: how,
        headers,
        ...(what === undefined ? {} : { body: JSON.stringify(what) }),
      });
      if (!answer.ok) throw new Error(`${where}: ${await answer.text()}`);
      const text = await answer.text();
      return (text === "" ? null : JSON.parse(text)) as T;
    },
    [method, at, body] as const,
  );
}

export const dialog = ({ page }: Desk): Locator => page.getByRole("dialog");

/** The other language, for as long as `what` takes. */
export async function inEnglish({ page }: Desk, what: () => Promise<void>): Promise<void> {
  await page.locator("header button[lang=en]").click();
  await page.locator("html[lang=en]").waitFor();
  await what();
  await page.locator("header button[lang=ja]").click();
  await page.locator("html[lang=ja]").waitFor();
}

/** The code that an authenticator shows for a secret in base 32 (RFC 6238: SHA-1, six digits, 30 s). */
export function codeFor(secret: string, at = Date.now()): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = Array.from(secret.toUpperCase().matchAll(/[A-Z2-7]/g), ([letter]) => letter)
    .map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const from = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
