import { between, bilinear, type Grid, type Place, type Stack } from "./grid";
import { atLength, type Path } from "./spline";

/** How the depth of a slab becomes one value. */
export type Blend = "mean" | "max";

/** The part of the volume's height that is looked at, in mm above the lowest slice. */
export interface Heights {
  low: number;
  high: number;
}

/**
 * An upright surface over a line in the plane of slices, unrolled: a panoramic image over an arch, a section over a
 * straight line across it. Its pixels are square. The first row is the highest.
 */
export interface Curtain {
  columns: number;
  rows: number;
  /** Edge of a pixel in mm. */
  pixel: number;
  heights: Heights;
  /** Distance along the line of the left edge of the first column, in mm. */
  from: number;
  /** Samples in the depth of each column. */
  depth: number;
  blend: Blend;
  /** For each sample: its voxel in a slice, counted from 0; -1 outside of the grid. */
  voxels: Int32Array;
  /** For each sample: how far it is on the way to the next column and to the next row of voxels. */
  shares: Float32Array;
}

/** Most columns and rows: a screen has no more, and a wrong spacing must not fill the memory. */
const MOST = 2048;

/** Edge of a pixel in mm that keeps the grid's fineness within bounds. */
export function pixelFor(grid: Grid, length: number, { low, high }: Heights): number {
  return Math.max(Math.min(...grid.spacing), length / MOST, (high - low) / MOST);
}

/** The unrolled surface over an arch, a slab of `thickness` mm in depth around it. */
export function alongArch(
  grid: Grid,
  path: Path,
  heights: Heights,
  slab: { thickness: number; blend: Blend },
): Curtain {
  const pixel = pixelFor(grid, path.length, heights);
  // A slab is sampled as finely as the voxels are; finer tells nothing more.
  const fine = Math.max(grid.spacing[0], grid.spacing[1], slab.thickness / 128);
  const depth = Math.max(Math.round(slab.thickness / fine), 0) + 1;
  return curtain(
    grid,
    heights,
    { pixel, from: 0, length: path.length, depth },
    slab.blend,
    (x, deep) => {
      const { point, across } = atLength(path, x);
      const off = depth === 1 ? 0 : (deep / (depth - 1) - 0.5) * slab.thickness;
      return [point[0] + off * across[0], point[1] + off * across[1]];
    },
  );
}

/** The section across an arch at `along` mm from its beginning, `width` mm wide with the arch in its middle. */
export function acrossArch(
  grid: Grid,
  path: Path,
  heights: Heights,
  along: number,
  width: number,
): Curtain {
  const pixel = pixelFor(grid, width, heights);
  const { point, across } = atLength(path, along);
  const span = { pixel, from: -width / 2, length: width, depth: 1 };
  return curtain(grid, heights, span, "mean", (off) => [
    point[0] + off * across[0],
    point[1] + off * across[1],
  ]);
}

function curtain(
  grid: Grid,
  heights: Heights,
  { pixel, from, length, depth }: { pixel: number; from: number; length: number; depth: number },
  blend: Blend,
  where: (along: number, deep: number) => readonly [number, number],
): Curtain {
  const columns = Math.min(Math.max(Math.round(length / pixel), 1), MOST);
  const rows = Math.min(Math.max(Math.round((heights.high - heights.low) / pixel), 1), MOST);
  const voxels = new Int32Array(columns * depth).fill(-1);
  const shares = new Float32Array(2 * columns * depth);
  for (let column = 0; column < columns; column++)
    for (let deep = 0; deep < depth; deep++) {
      const [u, v] = where(from + (column + 0.5) * pixel, deep);
      const [x, y] = [u / grid.spacing[0], v / grid.spacing[1]];
      if (!(x >= 0 && y >= 0 && x <= grid.columns - 1 && y <= grid.rows - 1)) continue;
      // The last voxel is reached from the one before it, so that there always is a next.
      const [i, j] = [
        Math.min(Math.floor(x), grid.columns - 2),
        Math.min(Math.floor(y), grid.rows - 2),
      ];
      const at = column * depth + deep;
      voxels[at] = j * grid.columns + i;
      shares[2 * at] = x - i;
      shares[2 * at + 1] = y - j;
    }
  return { columns, rows, pixel, heights, from, depth, blend, voxels, shares };
}

/** The height of a row's middle in mm. */
export function heightOfRow({ heights, pixel }: Curtain, row: number): number {
  return heights.high - (row + 0.5) * pixel;
}

/** Samples one row of a surface, trilinear, into `values` from `start` on; not-a-number where nothing is known. */
export function sampleRow(
  stack: Stack,
  surface: Curtain,
  row: number,
  values: Float32Array,
  start: number,
): void {
  const { columns, depth, voxels, shares, blend } = surface;
  const here = between(stack, heightOfRow(surface, row));
  if (!here) {
    values.fill(NaN, start, start + columns);
    return;
  }
  const { lower, upper, share } = here;
  const next = stack.grid.columns;
  for (let column = 0; column < columns; column++) {
    let [sum, most, count] = [0, -Infinity, 0];
    for (let at = column * depth; at < (column + 1) * depth; at++) {
      const voxel = voxels[at] ?? -1;
      if (voxel < 0) continue;
      const [x, y] = [shares[2 * at] ?? 0, shares[2 * at + 1] ?? 0];
      const below = bilinear(lower, voxel, next, x, y);
      const value =
        share === 0 ? below : below + (bilinear(upper, voxel, next, x, y) - below) * share;
      sum += value;
      count += 1;
      if (value > most) most = value;
    }
    values[start + column] = count === 0 ? NaN : blend === "max" ? most : sum / count;
  }
}

/** The place under a point of an unrolled arch: `x` mm from its left edge, `y` mm from the upper one, mid-slab. */
export function placeOnArch(
  path: Path,
  { high }: Heights,
  [x, y]: readonly [number, number],
): Place {
  const { point } = atLength(path, x);
  return [point[0], point[1], high - y];
}

/** The place under a point of a section at `along`: `x` mm from its left edge, `y` mm from the upper one. */
export function placeInSection(
  path: Path,
  { high }: Heights,
  along: number,
  width: number,
  [x, y]: readonly [number, number],
): Place {
  const { point, across } = atLength(path, along);
  const off = x - width / 2;
  return [point[0] + off * across[0], point[1] + off * across[1], high - y];
}
