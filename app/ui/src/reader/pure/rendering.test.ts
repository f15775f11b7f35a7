import { expect, test } from "vitest";
import { factsOf, type Triple } from "./dicom";
import {
  costOf,
  FINEST,
  levelWithin,
  LEVELS,
  noted,
  NOTHING_TAKEN,
  RESTING,
  TURNING,
} from "./effort";
import { commandOf, firstTool, toolsFor } from "./keys";
import { fromTheFront, rolled, shifted, turned } from "./orbit";
import { recipeOf, refusedFor, RENDERINGS } from "./rendering";

const eye = fromTheFront([10, 20, 30], 1000);
const away = ({ position, focalPoint }: typeof eye) =>
  position.map((one, at) => one - (focalPoint[at] ?? 0)) as Triple;
const close = (one: readonly number[], other: readonly number[]) =>
  one.forEach((value, at) => expect(value).toBeCloseTo(other[at] ?? NaN, 6));

test("from the front the eye is before the face, head up", () => {
  close(away(eye), [0, -1000, 0]);
  expect(eye.viewUp).toEqual([0, 0, 1]);
});

test("what is dragged to the right comes from the left: the eye goes to the patient's right", () => {
  // Seen from the front, the patient's right (-x) is on the screen's left.
  close(away(turned(eye, Math.PI / 2, 0)), [-1000, 0, 0]);
  close(away(turned(eye, 0, Math.PI / 2)), [0, 0, 1000]);
});

test("turns keep the distance and the directions at right angles, however many there are", () => {
  let now = eye;
  for (let step = 0; step < 500; step++) now = turned(now, 0.1, -0.07);
  const vector = away(now);
  expect(Math.hypot(...vector)).toBeCloseTo(1000, 6);
  expect(Math.hypot(...now.viewUp)).toBeCloseTo(1, 9);
  expect(vector.reduce((sum, one, at) => sum + one * (now.viewUp[at] ?? 0), 0)).toBeCloseTo(0, 5);
  expect(now.focalPoint).toEqual(eye.focalPoint);
});

test("rolled by a quarter four times it is as before; moved, eye and aim go together", () => {
  let now = eye;
  for (let step = 0; step < 4; step++) now = rolled(now, Math.PI / 2);
  close(now.viewUp, eye.viewUp);
  const moved = shifted(eye, 5, 2);
  close(away(moved), away(eye));
  // What is seen goes to the right when the eye goes to the left, which is the patient's right.
  close(moved.focalPoint, [5, 20, 32]);
});

test("a recipe is in the values of its image, in order, and moved as a whole", () => {
  const ct = { ...factsOf({}, 1), modality: "CT" };
  const other = { ...ct, modality: "MR" };
  for (const rendering of RENDERINGS) {
    const { nodes, projected } = recipeOf(rendering, ct, [0, 4095], 0);
    expect(nodes.map((one) => one.at)).toEqual(
      [...nodes.map((one) => one.at)].sort((a, b) => a - b),
    );
    expect(nodes[0]?.opacity).toBe(0);
    expect(projected).toBe(rendering === "mip");
    const moved = recipeOf(rendering, ct, [0, 4095], 100).nodes;
    expect(moved.map((one, at) => one.at - (nodes[at]?.at ?? 0))).toEqual(nodes.map(() => 100));
  }
  // -1000 to 3000 units lie over 0 to 4000 values.
  const own = recipeOf("bone", other, [0, 4000], 0).nodes.map((one) => one.at - 1000);
  expect(own).toEqual(recipeOf("bone", ct, [0, 4000], 0).nodes.map((one) => one.at));
});

test("a volume that a device or the memory cannot hold is refused with the reason", () => {
  const facts = { ...factsOf({}, 1), rows: 512, columns: 512, bitsAllocated: 16 };
  expect(refusedFor(facts, 512, 2048)).toBeNull();
  expect(refusedFor(facts, 2100, 2048)).toBe("texture");
  expect(refusedFor(facts, 4000, 8192)).toBe("large");
  expect(refusedFor(facts, 100, 0)).toBe("texture");
});

test("levels get dearer, and what a device draws in time is chosen by what it drew", () => {
  const costs = LEVELS.map((one) => costOf(one, true));
  expect(costs).toEqual([...costs].sort((a, b) => a - b));
  expect(levelWithin(NOTHING_TAKEN, RESTING, true)).toBe(0);
  expect(levelWithin(NOTHING_TAKEN, RESTING, true, 1)).toBe(1);
  /** A device of which a sample and a picture cost so many ms, turned and let rest until it is as fine as it gets. */
  const settled = (sample: number, picture: number) => {
    let taken = NOTHING_TAKEN;
    const draw = (level: number) => {
      taken = noted(taken, level, picture + sample * (costs[level] ?? NaN));
    };
    draw(0);
    let rests = levelWithin(taken, RESTING, true, 1);
    for (let last = -1; rests > last; rests = levelWithin(taken, RESTING, true, 1)) {
      last = rests;
      draw(rests);
    }
    return { turns: levelWithin(taken, TURNING, true), rests };
  };
  // A processor that draws the finest in half a minute turns coarsely, and rests better.
  expect(settled(30_000 / (costs[FINEST] ?? 1), 100)).toEqual({ turns: 0, rests: 2 });
  expect(settled(20, 10)).toEqual({ turns: FINEST, rests: FINEST });
  // One so slow that nothing is drawn in time still rests in light.
  expect(settled(1e6, 100)).toEqual({ turns: 0, rests: 1 });
  expect(noted(noted(NOTHING_TAKEN, 1, 10), 1, 1000)[1]).toBe(505);
  expect(noted(noted(NOTHING_TAKEN, 1, 1000), 1, 10)[1]).toBe(10);
});

test("arrow keys turn a body and scroll elsewhere; modes and presets have keys", () => {
  expect(commandOf("ArrowLeft")).toEqual({ do: "scroll", by: -1 });
  expect(commandOf("ArrowLeft", "volume")).toEqual({ do: "turn", across: -10, over: 0 });
  expect(commandOf("ArrowDown", "volume", true)).toEqual({ do: "turn", across: 0, over: 45 });
  expect(commandOf("o")).toEqual({ do: "mode", mode: "volume" });
  expect(commandOf("O", "mpr")).toEqual({ do: "mode", mode: "volume" });
  expect(commandOf("2", "volume")).toEqual({ do: "preset", index: 1 });
});

test("nothing is measured in a body, and its tool is of no other mode", () => {
  expect(toolsFor("volume")).toEqual(["turn", "pan", "zoom"]);
  for (const mode of ["stack", "mpr", "curved"] as const)
    expect(toolsFor(mode)).not.toContain("turn");
  expect(toolsFor("mpr")).toContain("magnify");
  expect(firstTool("volume", "length")).toBe("turn");
  expect(firstTool("stack", "turn")).toBe("window");
  expect(firstTool("stack", "length")).toBe("length");
});
