import { expect, test } from "vitest";
import { all, fromArch, grid, horseshoe, noise, RADIUS, volume } from "../../../test/horseshoe";
import { findArch } from "./findArch";
import { axialMip } from "./mip";
import { smoothPath } from "./spline";

test("an arch is found in a horseshoe, from right to left, and not in the spine behind it", () => {
  const found = findArch(axialMip(horseshoe, all), grid);
  expect(found).toHaveLength(9);
  for (const [u, v] of found ?? []) expect(fromArch(u, v)).toBeLessThan(2);
  const path = smoothPath(found ?? [], 0.7);
  expect(path?.length).toBeGreaterThan(Math.PI * RADIUS + 14);
  expect(path?.length).toBeLessThan(Math.PI * RADIUS + 34);
  expect(found?.[0]?.[0]).toBeLessThan(found?.at(-1)?.[0] ?? 0);
});

test("an arch is found when only every fourth slice is here", () => {
  const slices = horseshoe.slices.map((slice, at) => (at % 4 === 0 ? slice : undefined));
  expect(findArch(axialMip({ grid, slices }, all), grid)).not.toBeNull();
});

test("an arch with a gap as wide as a tooth's, and with metal in it, is one arch", () => {
  const gap = volume((u, v) => {
    const angle = Math.atan2(45 - v, u - 42);
    if (fromArch(u, v) >= 4 || Math.abs(angle - 1.2) < 0.06) return 40;
    return Math.abs(angle - 2) < 0.15 ? 3000 : 1500;
  });
  const found = findArch(axialMip(gap, all), grid);
  expect(smoothPath(found ?? [], 1)?.length).toBeGreaterThan(95);
});

test("a ridge that lost its front teeth joins the sides, and a turned head is no obstacle", () => {
  const ridge = volume((u, v) => {
    const angle = Math.atan2(45 - v, u - 42);
    if (fromArch(u, v) >= 4) return 40;
    return angle > 1.2 && angle < 1.9 ? 700 : 1900;
  });
  expect(smoothPath(findArch(axialMip(ridge, all), grid) ?? [], 1)?.length).toBeGreaterThan(95);
  const [cos, sin] = [Math.cos(0.35), Math.sin(0.35)];
  const turned = (u: number, v: number) =>
    fromArch(42 + cos * (u - 42) - sin * (v - 42), 42 + sin * (u - 42) + cos * (v - 42));
  const head = volume((u, v) => (turned(u, v) < 4 ? 1500 : 40));
  const found = findArch(axialMip(head, all), grid) ?? [];
  expect(found).toHaveLength(9);
  for (const [u, v] of found) expect(turned(u, v)).toBeLessThan(2);
});

test("what is no arch is none: noise, a skull's ring, a bar, nothing at all", () => {
  const grain = noise(3);
  for (const value of [
    () => 2000 * grain(),
    (u: number, v: number) => (Math.abs(Math.hypot(u - 42, v - 42) - 30) < 4 ? 1500 : 0),
    (u: number, v: number) => (Math.abs(v - 40) < 5 && Math.abs(u - 42) < 35 ? 1500 : 0),
    // A horseshoe that is open to the front.
    (u: number, v: number) => (fromArch(u, 84 - v) < 4 ? 1500 : 0),
    () => 0,
  ])
    expect(findArch(axialMip(volume(value), all), grid)).toBeNull();
  const none = { grid, slices: horseshoe.slices.map(() => undefined) };
  expect(findArch(axialMip(none, all), grid)).toBeNull();
});
