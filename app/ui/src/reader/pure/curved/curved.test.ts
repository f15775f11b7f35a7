import { expect, test } from "vitest";
import { all, grid, horseshoe, RADIUS, volume } from "../../../test/horseshoe";
import { factsOf } from "../dicom";
import {
  acrossArch,
  alongArch,
  heightOfRow,
  placeInSection,
  placeOnArch,
  sampleRow,
} from "./curtain";
import { curvedLength, far, onArch } from "./distances";
import { between, gridOf, toSpace, valueAt } from "./grid";
import { atLength, nearestOn, smoothPath, type Point } from "./spline";

test("a spline goes through its control points in equal steps, and ends where they end", () => {
  const control: Point[] = [
    [0, 40],
    [5, 10],
    [30, 0],
    [55, 10],
    [60, 40],
  ];
  const path = smoothPath(control, 0.5);
  if (!path) throw new Error("there is no line");
  expect(path.points[0]).toEqual([0, 40]);
  expect(path.points.at(-1)?.map(Math.round)).toEqual([60, 40]);
  for (const point of control) expect(Math.abs(nearestOn(path, point).off)).toBeLessThan(0.1);
  const steps = path.points.slice(1).map(([x, y], at) => {
    const [a, b] = path.points[at] ?? [0, 0];
    return Math.hypot(x - a, y - b);
  });
  expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(0.02);
  expect(smoothPath([[1, 1]], 1)).toBeNull();
  expect(smoothPath([[1, 1], [1, 1]], 1)).toBeNull(); // prettier-ignore
});

const half: Point[] = Array.from({ length: 13 }, (_, at) => {
  const angle = Math.PI * (1 - at / 12);
  return [42 + RADIUS * Math.cos(angle), 45 - RADIUS * Math.sin(angle)];
});
const round = smoothPath(half, 0.35);
if (!round) throw new Error("there is no line");

test("an unrolled half circle is as long as its arc, and its pixels lie on it", () => {
  expect(round.length).toBeCloseTo(Math.PI * RADIUS, 0);
  const radial = volume((u, v, w) => Math.hypot(u - 42, v - 45) + 100 * w);
  const surface = alongArch(grid, round, all, { thickness: 0, blend: "mean" });
  expect(surface.columns).toBe(Math.round(round.length / 0.7));
  const row = new Float32Array(surface.columns);
  sampleRow(radial, surface, 10, row, 0);
  const expected = RADIUS + 100 * heightOfRow(surface, 10);
  for (const value of row) expect(Math.abs(value - expected)).toBeLessThan(0.2);
});

test("a slab shows the mean or the most of its depth", () => {
  const radial = volume((u, v) => Math.hypot(u - 42, v - 45));
  const row = (blend: "mean" | "max") => {
    const surface = alongArch(grid, round, all, { thickness: 10, blend });
    const values = new Float32Array(surface.columns);
    sampleRow(radial, surface, 5, values, 0);
    return values[Math.floor(surface.columns / 2)] ?? NaN;
  };
  expect(row("mean")).toBeCloseTo(RADIUS, 0);
  expect(row("max")).toBeCloseTo(RADIUS + 5, 0);
});

test("a section crosses the arch at right angles: outside on its left, as wide as was said", () => {
  const radial = volume((u, v) => Math.hypot(u - 42, v - 45));
  const section = acrossArch(grid, round, all, round.length / 2, 14);
  const row = new Float32Array(section.columns);
  sampleRow(radial, section, 3, row, 0);
  expect(section.columns).toBe(20);
  expect(row[0]).toBeCloseTo(RADIUS + 6.65, 1);
  expect(row[19]).toBeCloseTo(RADIUS - 6.65, 1);
});

test("a value is told at a place, and outside of the volume there is none", () => {
  const slope = volume((u, v, w) => u + 10 * v + 100 * w);
  expect(valueAt(slope, [10.1, 20.3, 7.7])).toBeCloseTo(10.1 + 203 + 770, 2);
  expect(valueAt(slope, [83.3, 83.3, all.high])).toBeCloseTo(83.3 * 11 + 100 * all.high, 1);
  expect(valueAt(slope, [-0.1, 20, 7])).toBeNull();
  expect(valueAt(slope, [10, 20, -3])).toBeNull();
});

test("outside of the volume and where nothing has arrived there are no values", () => {
  const surface = alongArch(grid, round, { low: -5, high: 40 }, { thickness: 0, blend: "mean" });
  const row = new Float32Array(surface.columns).fill(1);
  sampleRow(horseshoe, surface, 0, row, 0);
  expect(row.every(Number.isNaN)).toBe(true);
  const one = { grid, slices: horseshoe.slices.map((slice, at) => (at === 0 ? slice : undefined)) };
  expect(between(one, 0.7 * 5)).not.toBeNull();
  expect(between(one, 0.7 * 20)).toBeNull();
});

test("a distance in an unrolled arch is two: along the arc, and straight through the patient", () => {
  const [one, other] = [
    [0, 3],
    [round.length, 3],
  ] as const;
  const places = [placeOnArch(round, all, one), placeOnArch(round, all, other)] as const;
  const { arc, straight } = curvedLength(one, other, places);
  expect(arc).toBeCloseTo(Math.PI * RADIUS, 0);
  expect(straight).toBeCloseTo(2 * RADIUS, 1);
});

test("a place is found again in every view", () => {
  const along = round.length / 3;
  const place = placeInSection(round, all, along, 20, [13, 4]);
  const seen = onArch(round, place);
  expect(seen.along).toBeCloseTo(along, 1);
  expect(seen.off).toBeCloseTo(3, 1);
  expect(seen.height).toBeCloseTo(all.high - 4, 6);
  expect(far(place, place)).toBe(0);
  expect(atLength(round, -2).point[1]).toBeGreaterThan(45);
});

test("a grid counts from the lowest slice, however the series is sorted, and wants axial slices", () => {
  const slice = (z: number, orientation: number[]) =>
    factsOf(
      Object.fromEntries(
        Object.entries({
          "00280010": [4],
          "00280011": [4],
          "00280030": [0.3, 0.2],
          "00200037": orientation,
          "00200032": [1, 2, z],
        }).map(([tag, Value]) => [tag, { vr: "", Value }]),
      ),
      1,
    );
  const down = Array.from({ length: 10 }, (_, at) => slice(20 - at, [1, 0, 0, 0, 1, 0]));
  const found = gridOf(down);
  if ("not" in found) throw new Error(found.not);
  expect(found.order[0]).toBe(9);
  expect(found.grid.spacing).toEqual([0.2, 0.3, 1]);
  expect(toSpace(found.grid, [0.2, 0.3, 1])).toEqual([1.2, 2.3, 12]);
  const coronal = Array.from({ length: 10 }, (_, at) => {
    const facts = slice(0, [1, 0, 0, 0, 0, -1]);
    return { ...facts, position: [0, at, 0] as [number, number, number] };
  });
  expect(gridOf(coronal)).toEqual({ not: "notAxial" });
  expect(gridOf(down.slice(0, 3))).toEqual({ not: "volume" });
});
