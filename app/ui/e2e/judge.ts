import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { screenshot } from "./demo";

/** A picture for people, and axe's judgement of what is on the screen. */
export async function judge(of: Page, name: string): Promise<void> {
  await of.screenshot({ path: screenshot(name), fullPage: true });
  await of.evaluate(`window.axe ?? (() => {${axe.source}})()`);
  const found = await of.evaluate(async () => {
    const judging = (window as unknown as { axe: typeof axe }).axe;
    const { violations } = await judging.run(document, { resultTypes: ["violations"] });
    return violations.map((one) => `${one.id}: ${one.nodes[0]?.html ?? ""}`);
  });
  expect(found).toEqual([]);
}
