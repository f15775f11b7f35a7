import { expect, test } from "vitest";
import type { Place } from "../../../backend/liveTypes";
import { seen } from "../../../test/live";
import { imageKey, lookOf, modeOf, sameSeen, tidy, turnOf, type Seen } from "./look";
import { isWithin, placeIn, planeOfImage, planeThrough, worldAt } from "./plane";

const section: Seen = { ...seen, view: "axial", point: [10, 20, 30] };

test("places of an image count from its upper left corner, half a pixel before the middle of the first", () => {
  const plane = planeOfImage({
    origin: [10, 20, 30],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    spacing: [0.5, 0.25, 1],
    dimensions: [100, 200, 1],
  });
  expect(placeIn(plane, [10, 20, 30])).toEqual([0.5 / 100, 0.5 / 200]);
  expect(worldAt(plane, [0, 0])).toEqual([9.75, 19.875, 30]);
  expect(worldAt(plane, [1, 1])).toEqual([59.75, 69.875, 30]);
});

test("a place of an oblique image comes back, also from before or behind it", () => {
  const plane = planeOfImage({
    origin: [1, 2, 3],
    direction: [0, 0.6, 0.8, 1, 0, 0, 0, 0.8, -0.6],
    spacing: [0.3, 0.4, 1],
    dimensions: [64, 32, 1],
  });
  for (const place of [
    [0, 0],
    [0.25, 0.75],
    [1.5, -1],
  ] as Place[]) {
    const [x, y, z] = worldAt(plane, place);
    const there = placeIn(plane, [x, y + 0.8 * 5, z - 0.6 * 5]);
    expect(there[0]).toBeCloseTo(place[0], 9);
    expect(there[1]).toBeCloseTo(place[1], 9);
  }
});

test("sections are seen from the feet, from before and with the face on the left", () => {
  const bounds = [0, 100, 0, 80, 0, 60];
  const at = (one: "axial" | "coronal" | "sagittal") =>
    worldAt(planeThrough(one, bounds, [7, 8, 9]), [0, 0]);
  expect(at("axial")).toEqual([0, 0, 9]);
  expect(at("coronal")).toEqual([0, 8, 60]);
  expect(at("sagittal")).toEqual([7, 0, 60]);
  expect(placeIn(planeThrough("coronal", bounds, [7, 8, 9]), [50, 8, 15])).toEqual([0.5, 0.75]);
  expect([isWithin([0, 1]), isWithin([0.5, 1.01]), isWithin([-0.01, 0])]).toEqual([
    true,
    false,
    false,
  ]);
});

test("up exchanged with down is left exchanged with right, turned by half", () => {
  const turned = (rotation: number, flipHorizontal: boolean, flipVertical: boolean) =>
    turnOf({ rotation, flipHorizontal, flipVertical });
  expect(turned(90, false, false)).toEqual({ rotation: 90, flip: false });
  expect(turned(0, true, false)).toEqual({ rotation: 0, flip: true });
  expect(turned(0, false, true)).toEqual({ rotation: 180, flip: true });
  expect(turned(270, true, true)).toEqual({ rotation: 90, flip: false });
  expect(turned(359.9, false, false)).toEqual({ rotation: 0, flip: false });
});

test("what two screens cannot show differently is the same", () => {
  const near: Seen = {
    ...seen,
    zoom: 1.004,
    pan: [0.004, 0],
    window: { center: 500.2, width: 2500 },
  };
  expect(sameSeen(seen, near)).toBe(true);
  for (const other of [
    { instance: "9" },
    { frame: 2 },
    { invert: true },
    { flip: true },
    { zoom: 1.2 },
    { pan: [0.1, 0] as Place },
    { rotation: 90 },
    { window: { center: 40, width: 400 } },
  ])
    expect(sameSeen(seen, { ...seen, ...other }), JSON.stringify(other)).toBe(false);
  expect(sameSeen({ ...seen, rotation: 359 }, seen)).toBe(true);
  // Who sees colours has no window.
  expect(sameSeen({ ...seen, window: null }, seen)).toBe(true);
});

test("an image has one name, a section the height of its plane only", () => {
  expect(imageKey(seen)).not.toBe(imageKey({ ...seen, frame: 2 }));
  expect(imageKey(section)).toBe(imageKey({ ...section, point: [99, 99, 30.01], instance: "9" }));
  expect(imageKey(section)).not.toBe(imageKey({ ...section, point: [10, 20, 31] }));
  expect(imageKey(section)).not.toBe(imageKey({ ...section, view: "coronal" }));
  expect(sameSeen(section, { ...section, point: [10, 25, 30] })).toBe(false);
  expect([modeOf("stack"), modeOf("sagittal"), modeOf("panoramic")]).toEqual([
    "stack",
    "mpr",
    "curved",
  ]);
});

test("nothing is told that is no number, or beyond what is seen", () => {
  const wild = tidy({ ...seen, zoom: NaN, pan: [Infinity, -99], rotation: -90 });
  expect(wild).toMatchObject({ zoom: 0.05, pan: [-5, -5], rotation: 270 });
  const look = lookOf(seen, [1.2, -0.3], [{ points: [[2, 0.123456]] }]);
  expect(look.cursor).toEqual([1, 0]);
  expect(look.strokes).toEqual([{ points: [[1, 0.1235]] }]);
});
