import type { Window } from "../../backend/dicomweb";
import { sampleRow, type Curtain } from "../pure/curved/curtain";
import type { Stack } from "../pure/curved/grid";
import { isStraight, nodesOf, spanOfCurve, STRAIGHT, type Shape } from "../pure/curve";

/** Values to be seen in a window. Not-a-number is black. */
export interface Picture {
  columns: number;
  rows: number;
  /** Edges of a pixel in mm, along rows and along columns. */
  pixel: [number, number];
  values: ArrayLike<number>;
}

/** The strides in which rows are sampled: a coarse picture at once, then the rest. */
const STRIDES = [8, 4, 2, 1];
/** Longest that sampling keeps the page from answering, in ms. */
const SLICE_OF_TIME = 12;
/** Between two drawings of what is half done, in ms: drawing costs more than sampling. */
const DRAWN_EVERY = 100;

/** A surface sampled at once: for small ones. */
export function sampled(stack: Stack, surface: Curtain): Picture {
  const values = new Float32Array(surface.columns * surface.rows);
  for (let row = 0; row < surface.rows; row++)
    sampleRow(stack, surface, row, values, row * surface.columns);
  return asPicture(surface, values);
}

/**
 * Samples a surface bit by bit, coarse first, and tells of the picture now and then. Ends by what it returns. In the page
 * itself: a worker would need the volume a second time, for the page's policy gives no memory that two could share.
 */
export function sampling(
  stack: Stack,
  surface: Curtain,
  before: Picture | null,
  told: (picture: Picture) => void,
): () => void {
  const { columns, rows } = surface;
  // What was seen until now stays until it is sampled anew: nothing flickers while slices arrive.
  const values =
    before?.columns === columns && before.rows === rows
      ? Float32Array.from(before.values)
      : new Float32Array(columns * rows).fill(NaN);
  const todo = STRIDES.flatMap((stride) =>
    Array.from({ length: Math.ceil(rows / stride) }, (_, at) => ({ row: at * stride, stride })),
  ).filter(({ row, stride }) => stride === STRIDES[0] || row % (2 * stride) !== 0);
  let next = 0;
  let drawn = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const work = () => {
    const until = performance.now() + SLICE_OF_TIME;
    for (; next < todo.length && performance.now() < until; next++) {
      const { row, stride } = todo[next] ?? { row: 0, stride: 1 };
      const start = row * columns;
      sampleRow(stack, surface, row, values, start);
      for (let below = 1; below < stride && row + below < rows; below++)
        values.copyWithin(start + below * columns, start, start + columns);
    }
    const done = next >= todo.length;
    if (done || performance.now() - drawn >= DRAWN_EVERY) {
      told(asPicture(surface, values));
      drawn = performance.now();
    }
    if (!done) waiting = setTimeout(work);
  };
  waiting = setTimeout(work);
  return () => {
    clearTimeout(waiting);
  };
}

function asPicture({ columns, rows, pixel }: Curtain, values: Float32Array): Picture {
  return { columns, rows, pixel: [pixel, pixel], values };
}

/** The picture in a window, in a canvas of its own; null where there is nothing to draw with. */
export function painted(
  { columns, rows, values }: Picture,
  window: Window,
  invert: boolean,
  shape: Shape = STRAIGHT,
): HTMLCanvasElement | null {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return null;
  const image = context.createImageData(columns, rows);
  const curve = { window, ...shape };
  const { lower, upper } = spanOfCurve(curve);
  const steep = 255 / Math.max(upper - lower, 1e-6);
  // What is not straight is looked up by where in the window a value lies.
  const bent = isStraight(shape) ? null : nodesOf(curve).map(([, grey]) => 255 * grey);
  for (let at = 0; at < columns * rows; at++) {
    const value = values[at] ?? NaN;
    // An array of bytes clamps; what is not a number becomes 0, which is black in both senses.
    const straight = (value - lower) * steep;
    const grey = bent && !Number.isNaN(straight) ? along(bent, straight / 255) : straight;
    const shown = invert && !Number.isNaN(grey) ? 255 - grey : grey;
    image.data[4 * at] = shown;
    image.data[4 * at + 1] = shown;
    image.data[4 * at + 2] = shown;
    image.data[4 * at + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The value at a share of the way from the first to the last. */
function along(values: readonly number[], share: number): number {
  const last = values.length - 1;
  return values[Math.round(Math.min(Math.max(share, 0), 1) * last)] ?? 0;
}
