import { expect, test } from "vitest";
import { expected, jnd, luminance } from "./gsdf";
import { pattern } from "./pattern";

test("r18 the display function is that of PS3.14 annex B", () => {
  // Table B-1: index and luminance in cd/m².
  const table: [number, number][] = [
    [1, 0.05],
    [2, 0.0547],
    [3, 0.0594],
    [4, 0.0643],
    [1023, 3993.404],
  ];
  for (const [j, l] of table) expect(Math.abs(luminance(j) - l) / l, String(j)).toBeLessThan(0.001);
  for (let j = 1; j < 1023; j += 1) expect(luminance(j + 1)).toBeGreaterThan(luminance(j));
});

test("r18 the inverse leads back to within half a just-noticeable difference", () => {
  for (let j = 1; j <= 1023; j += 1) expect(Math.abs(jnd(luminance(j)) - j)).toBeLessThan(0.5);
});

test("r18 between black and white the steps are of equal perception", () => {
  const levels = expected(0.5, 350, 18);
  expect(levels[0]).toBeCloseTo(0.5, 1);
  expect(levels[17]).toBeGreaterThan(345);
  const steps = levels.slice(1).map((level, index) => jnd(level) - jnd(levels[index] ?? 0));
  for (const step of steps) expect(Math.abs(step - (steps[0] ?? 0))).toBeLessThan(1);
});

test("r18 the pattern lies within the display, at any size, and has what is to be judged", () => {
  for (const [width, height] of [
    [1536, 2048],
    [1920, 1080],
    [640, 480],
  ] as const) {
    const all = pattern(width, height);
    for (const { x, y, width: wide, height: tall, level } of all) {
      expect(x >= 0 && y >= 0 && x + wide <= width && y + tall <= height).toBe(true);
      expect(Number.isInteger(level) && level >= 0 && level <= 255).toBe(true);
    }
    const levels = new Set(all.map((one) => one.level));
    for (const level of [0, 13, 128, 242, 255]) expect(levels.has(level)).toBe(true);
    expect(all.some((one) => one.width === 1 && one.height > 10)).toBe(true);
  }
});
