import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeEach } from "vitest";
import { screenshots } from "./demo";

/** Something that can be looked at when a scene has failed: a page of a browser, or the window. */
export interface Witness {
  /** Where it is, what is written there and what it complained of; some lines. */
  tell(): Promise<string[]>;
  picture(file: string): Promise<void>;
}

/** So much of each at most: whoever reads it reads the end of a long log. */
const PAGES = 3;
const LOGS = 4;
const LINES = 25;
const COLUMNS = 240;

const witnesses: (() => Witness[])[] = [];
const logs: (() => string[])[] = [];

/** From now on these are looked at when a scene of this file fails. */
export function witness(found: () => Witness[]): void {
  witnesses.push(found);
}

/** From now on the last lines of these files are shown when a scene of this file fails. */
export function logged(found: () => string[]): void {
  logs.push(found);
}

/** The last of what was said, within bounds, without the colours of a terminal. */
export function lastLines(text: string): string[] {
  const plain = stripVTControlCharacters(text).split("\n");
  const said = plain.map((line) => line.trim()).filter((line) => line !== "");
  return said.slice(-LINES).map((line) => line.slice(0, COLUMNS));
}

let failed = "";

beforeEach(({ task, skip, onTestFailed }) => {
  // The scenes of a file are one story: after the first that failed the others would only wait in vain.
  if (failed !== "") skip(`“${failed}” failed before`);
  onTestFailed(async () => {
    failed = task.name;
    await explain(task.file.name, task.name);
  });
});

// eslint-disable-next-line no-empty-pattern -- vitest wants its fixtures destructured, and this needs none
afterAll(async ({}, suite) => {
  if (suite.result?.state === "fail" && failed === "")
    await explain(suite.file.name, "before its first scene");
});

/** What stands on the pages, and what the programs wrote: printed, and kept with a picture beside the screenshots. */
async function explain(file: string, scene: string): Promise<void> {
  const folder = path.join(screenshots(), "failed");
  mkdirSync(folder, { recursive: true });
  const name = path.basename(file, ".e2e.ts");
  const lines = [`── ${name}, “${scene}”: what stood there when it failed`];
  const seen = witnesses.flatMap((found) => found()).slice(0, PAGES);
  for (const [number, one] of seen.entries()) {
    const picture = path.join(folder, `${name}-${number + 1}.png`);
    lines.push(`· ${picture}`);
    lines.push(
      ...(await one.tell().catch((error: unknown) => [`it cannot be read: ${String(error)}`])),
    );
    await one
      .picture(picture)
      .catch((error: unknown) => lines.push(`no picture: ${String(error)}`));
  }
  for (const log of logs.flatMap((found) => found()).slice(0, LOGS))
    lines.push(
      `· ${log}`,
      ...(existsSync(log) ? lastLines(readFileSync(log, "utf8")) : ["is not"]),
    );
  writeFileSync(path.join(folder, `${name}.txt`), `${lines.join("\n")}\n`);
  console.error(lines.join("\n"));
}
