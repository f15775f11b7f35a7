import axe from "axe-core";
import { expect } from "vitest";

/** WCAG 2.2 A and AA, as far as a page without layout can be judged. */
export async function judge(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    rules: { "color-contrast": { enabled: false } },
  });
  expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html ?? ""}`)).toEqual([]);
}
