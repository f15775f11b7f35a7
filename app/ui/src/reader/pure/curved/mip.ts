import type { Heights } from "./curtain";
import type { Stack } from "./grid";

/** The highest values over a range of heights, seen from above. */
export interface Mip {
  columns: number;
  rows: number;
  /** Edges of a pixel in mm, along rows and along columns. */
  pixel: [number, number];
  /** Not-a-number where no slice has arrived. */
  values: Float32Array;
}

/** As coarse as still shows a tooth by itself, in mm. */
const COARSE = 0.75;

/** The axial maximum intensity projection of the slices that have arrived, coarse enough to be made at once. */
export function axialMip({ grid, slices }: Stack, { low, high }: Heights): Mip {
  const [du, dv, dw] = grid.spacing;
  const every = (distance: number) => Math.max(Math.round(COARSE / distance), 1);
  const [i, j, k] = [every(du), every(dv), every(dw)];
  const columns = Math.ceil(grid.columns / i);
  const rows = Math.ceil(grid.rows / j);
  const values = new Float32Array(columns * rows).fill(NaN);
  const first = Math.max(Math.ceil(low / dw), 0);
  const last = Math.min(Math.floor(high / dw), grid.slices - 1);
  for (let from = first; from <= last; from += k) {
    // Of each few slices one is enough: whichever is here.
    const slice = slices.slice(from, Math.min(from + k, last + 1)).find((one) => one !== undefined);
    if (!slice) continue;
    for (let row = 0, to = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, to++) {
        const value = slice[row * j * grid.columns + column * i] ?? NaN;
        if (!(value <= (values[to] ?? NaN))) values[to] = value;
      }
  }
  return { columns, rows, pixel: [i * du, j * dv], values };
}
