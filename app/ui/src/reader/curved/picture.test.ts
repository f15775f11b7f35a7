import { expect, test } from "vitest";
import { all, grid, horseshoe } from "../../test/horseshoe";
import { acrossArch, alongArch } from "../pure/curved/curtain";
import { smoothPath } from "../pure/curved/spline";
import { sampled, sampling, type Picture } from "./picture";

const path = smoothPath(
  [
    [14, 60],
    [42, 17],
    [70, 60],
  ],
  0.5,
);
if (!path) throw new Error("there is no line");

/** Everything that is told until the picture is whole. */
function until(before: Picture | null, whole: (picture: Picture) => boolean): Promise<Picture> {
  const surface = alongArch(grid, path as NonNullable<typeof path>, all, {
    thickness: 10,
    blend: "max",
  });
  return new Promise((resolve) => {
    sampling(horseshoe, surface, before, (picture) => {
      if (whole(picture)) resolve(picture);
    });
  });
}

test("a picture made bit by bit is the one made at once", async () => {
  const surface = alongArch(grid, path, all, { thickness: 10, blend: "max" });
  const atOnce = sampled(horseshoe, surface);
  const values = [...Array.from(atOnce.values)];
  const found = await until(null, (picture) =>
    values.every((value, at) => Object.is(picture.values[at], value)),
  );
  expect([found.columns, found.rows]).toEqual([surface.columns, surface.rows]);
  expect(Math.max(...values)).toBeGreaterThan(1500);
});

test("what was seen stays until it is sampled anew, unless the picture has another size", async () => {
  const surface = acrossArch(grid, path, all, 30, 14);
  const other = sampled(horseshoe, surface);
  const first = await until(other, () => true);
  expect(first.values.length).not.toBe(other.values.length);
  const again = await until(first, () => true);
  expect(Array.from(again.values).some(Number.isNaN)).toBe(false);
});
