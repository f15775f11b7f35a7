import { expect, test } from "vitest";
import { EMPTY_PLAN, withArch, withControl, type Line } from "./plan";
import {
  apexOf,
  clearance,
  fromCanal,
  fromImplant,
  withPoint,
  type Canal,
  type Implant,
} from "./planning";

const canal: Canal = {
  id: "c",
  diameter: 3,
  points: [
    [-20, 0, 0],
    [0, 0, 0],
    [20, 0, 0],
  ],
};
/** 4 mm thick and 10 mm long, straight down from 15 mm above the canal. */
const implant: Implant = { id: "i", head: [3, 0, 15], axis: [0, 0, -1], diameter: 4, length: 10 };

test("an implant above a canal is as far from it as from its end to the canal's wall", () => {
  expect(apexOf(implant)).toEqual([3, 0, 5]);
  expect(clearance(implant, canal)).toBeCloseTo(5 - 1.5, 6);
});

test("an implant beside a canal is as far as its side from the canal's wall, one within is below nothing", () => {
  const beside = { ...implant, head: [3, 6, 5] as [number, number, number] };
  expect(clearance(beside, canal)).toBeCloseTo(6 - 2 - 1.5, 6);
  expect(clearance({ ...implant, length: 16 }, canal)).toBeLessThan(0);
  expect(clearance({ ...implant, axis: [0, 1, 0] }, canal)).toBeCloseTo(15 - 2 - 1.5, 6);
});

test("the flat end of an implant is no ball", () => {
  expect(fromImplant(implant, [3, 0, 4])).toBeCloseTo(1, 9);
  expect(fromImplant(implant, [6, 0, 1])).toBeCloseTo(Math.hypot(1, 4), 9);
  expect(fromImplant(implant, [3, 0, 10])).toBeCloseTo(-2, 9);
});

test("a canal of fewer than two points has no distance", () => {
  const begun = { ...canal, points: canal.points.slice(0, 1) };
  expect(clearance(implant, begun)).toBeNull();
  expect(fromCanal(begun, [0, 0, 0])).toBeNull();
  expect(fromCanal(canal, [1, 0, 4])).toBeCloseTo(2.5, 9);
});

test("a point more goes where it lies: between two, or on from the nearer end", () => {
  expect(withPoint(canal.points, [-10, 1, 0]).map(([x]) => x)).toEqual([-20, -10, 0, 20]);
  expect(withPoint(canal.points, [25, 1, 0]).map(([x]) => x)).toEqual([-20, 0, 20, 25]);
  expect(withPoint(canal.points, [-30, 0, 0]).map(([x]) => x)).toEqual([-30, -20, 0, 20]);
  expect(withControl([[0, 0], [10, 0]], [4, 1])).toEqual([[0, 0], [4, 1], [10, 0]]); // prettier-ignore
  expect(withControl([[0, 0], [10, 0]], [14, 1])).toEqual([[0, 0], [10, 0], [14, 1]]); // prettier-ignore
});

test("another arch takes away what was measured on the old one, and nothing else", () => {
  const line = (view: Line["view"]): Line => ({
    id: view,
    view,
    along: 0,
    ends: [
      [0, 0],
      [1, 1],
    ],
    places: [
      [0, 0, 0],
      [1, 1, 1],
    ],
  });
  const plan = {
    ...EMPTY_PLAN,
    lines: [line("axial"), line("arch"), line("section")],
    canals: [canal],
    implants: [implant],
  };
  const changed = withArch(plan, [[1, 1]], "drawn");
  expect(changed.lines.map((one) => one.id)).toEqual(["axial"]);
  expect(changed.canals).toEqual([canal]);
  expect(changed.implants).toEqual([implant]);
});
