import type { ImageFacts, Triple } from "../dicom";
import type { Samples } from "../pixels";
import { normalOf, volumeOf } from "../volume";

/** A place in a grid in mm: along the rows of a slice, along its columns, and upwards from the lowest slice. */
export type Place = Triple;

/** Axial slices one above the other. Places count from the middle of the first pixel of the lowest slice. */
export interface Grid {
  columns: number;
  rows: number;
  slices: number;
  /** Distances of columns, rows and slices in mm. */
  spacing: Triple;
  /** Where the place 0, 0, 0 is in the patient, and unit vectors of the three directions there. */
  origin: Triple;
  across: Triple;
  down: Triple;
  up: Triple;
}

/** Why slices do not make a grid that an arch can be drawn in. */
export type NoGrid = "volume" | "notAxial" | "large";

/** Below this cosine of slices against the body's axis, an arch is not seen in them. */
const AXIAL = 0.8;
/** Most bytes of samples that are held at a time. */
const MOST = 1_200_000_000;

/** The grid of a series, and its images from the lowest to the highest as places in `images`. */
export function gridOf(
  images: readonly ImageFacts[],
): { grid: Grid; order: number[] } | { not: NoGrid } {
  const volume = volumeOf(images);
  const [first] = images;
  if ("not" in volume || !first?.orientation || !first.pixelSpacing) return { not: "volume" };
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0] = first.orientation;
  const normal = normalOf(first.orientation);
  if (Math.abs(normal[2]) < AXIAL) return { not: "notAxial" };
  if (first.rows * first.columns * images.length * (first.bitsAllocated > 8 ? 2 : 1) > MOST)
    return { not: "large" };
  const up = normal.map((share) => share * Math.sign(normal[2])) as Triple;
  const height = (at: number) => dot(images[at]?.position ?? [0, 0, 0], up);
  const order = images.map((_, at) => at).sort((one, other) => height(one) - height(other));
  const [row, column] = first.pixelSpacing;
  const grid: Grid = {
    columns: first.columns,
    rows: first.rows,
    slices: images.length,
    spacing: [column, row, volume.distance],
    origin: images[order[0] ?? 0]?.position ?? [0, 0, 0],
    across: [a, b, c],
    down: [d, e, f],
    up,
  };
  return { grid, order };
}

/** The place in the patient (PS3.3 C.7.6.2.1.1), in mm. */
export function toSpace({ origin, across, down, up }: Grid, [u, v, w]: Place): Triple {
  const axis = (at: 0 | 1 | 2) => origin[at] + u * across[at] + v * down[at] + w * up[at];
  return [axis(0), axis(1), axis(2)];
}

/** The place of a point in the patient, in mm. */
export function inGrid({ origin, across, down, up }: Grid, point: Triple): Place {
  const away: Triple = [point[0] - origin[0], point[1] - origin[1], point[2] - origin[2]];
  return [dot(away, across), dot(away, down), dot(away, up)];
}

/** How far the highest slice is above the lowest, in mm. */
export function heightOf({ slices, spacing }: Grid): number {
  return (slices - 1) * spacing[2];
}

/** A grid with the samples that have arrived, from the lowest slice to the highest. */
export interface Stack {
  grid: Grid;
  slices: (Samples | undefined)[];
}

/** The slices between which a height lies, and the share of the upper one. */
export interface Between {
  lower: Samples;
  upper: Samples;
  share: number;
}

/** Where slices are missing yet, those beyond stand in, no farther than this many away. */
const REACH = 8;

/** What is known at a height in mm; null outside of the grid and where nothing near has arrived. */
export function between({ grid, slices }: Stack, height: number): Between | null {
  const exact = height / grid.spacing[2];
  if (exact < -0.5 || exact > grid.slices - 0.5) return null;
  const at = Math.min(Math.max(exact, 0), grid.slices - 1);
  let below = Math.floor(at);
  let above = Math.ceil(at);
  for (let far = 0; slices[below] === undefined && far < REACH; far++) below -= 1;
  for (let far = 0; slices[above] === undefined && far < REACH; far++) above += 1;
  const lower = slices[below] ?? slices[above];
  const upper = slices[above] ?? slices[below];
  if (!lower || !upper) return null;
  return { lower, upper, share: above > below ? (at - below) / (above - below) : 0 };
}

/** The value at a place, between its eight neighbours; null outside of the grid and where nothing near has arrived. */
export function valueAt(stack: Stack, [u, v, w]: Place): number | null {
  const { columns, rows, spacing } = stack.grid;
  const here = between(stack, w);
  const [x, y] = [u / spacing[0], v / spacing[1]];
  if (!here || !(x >= 0 && y >= 0 && x <= columns - 1 && y <= rows - 1)) return null;
  const [i, j] = [Math.min(Math.floor(x), columns - 2), Math.min(Math.floor(y), rows - 2)];
  const at = j * columns + i;
  const [a, b] = [here.lower, here.upper].map((slice) =>
    bilinear(slice, at, columns, x - i, y - j),
  ) as [number, number];
  return a + (b - a) * here.share;
}

/** Between four neighbours: `at` is the one before, `next` how far the next row is, `x` and `y` the shares. */
export function bilinear(
  slice: ArrayLike<number>,
  at: number,
  next: number,
  x: number,
  y: number,
): number {
  const [a, b] = [slice[at] ?? 0, slice[at + 1] ?? 0];
  const [c, d] = [slice[at + next] ?? 0, slice[at + next + 1] ?? 0];
  const top = a + (b - a) * x;
  return top + (c + (d - c) * x - top) * y;
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}
