import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Text and its ground, as the style sheets pair them. */
const PAIRS = [
  ["ink", "paper"],
  ["ink", "card"],
  ["ink", "accent-soft"],
  ["ink", "warn-soft"],
  ["quiet", "paper"],
  ["quiet", "card"],
  ["accent", "card"],
  ["accent", "paper"],
  ["accent", "accent-soft"],
  ["on-accent", "accent"],
  ["danger", "danger-soft"],
  ["danger", "card"],
  ["card", "danger"],
  ["warn", "warn-soft"],
  ["ok", "ok-soft"],
] as const;

const css = readFileSync("src/style/tokens.css", "utf8");

test.each(["light", "dark"])("text of the %s theme has WCAG AA contrast", (theme) => {
  const block = css.split(`[data-theme="${theme}"] {`)[1]?.split("}")[0] ?? "";
  const colour = (name: string) =>
    new RegExp(`--${name}: #([0-9a-f]{6});`).exec(block)?.[1] ?? "missing";
  for (const [text, ground] of PAIRS) {
    expect(contrast(colour(text), colour(ground)), `${text} on ${ground}`).toBeGreaterThan(4.5);
  }
});

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
