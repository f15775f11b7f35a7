import type { Window } from "../../backend/dicomweb";
import type { ImageFacts } from "./dicom";
import { entryOf, spanOf, type Table } from "./lut";
import { rangeOf, windowOf, type Preset } from "./presets";

/** By which function values of a window become grey, or by which table that is stretched over it. */
export interface Shape {
  function: ImageFacts["windowFunction"];
  table: Table | null;
}

/** How values become grey. */
export interface Curve extends Shape {
  window: Window;
}

interface Range {
  lower: number;
  upper: number;
}

export const STRAIGHT: Shape = { function: "LINEAR", table: null };

/** Whether a window alone says it. */
export function isStraight({ function: how, table }: Shape): boolean {
  return how === "LINEAR" && !table;
}

/** How an image's values become grey when this is chosen. */
export function shapeOf(facts: ImageFacts, preset: Preset | undefined): Shape {
  return { function: facts.windowFunction, table: preset?.table ?? null };
}

/** Most nodes by which a curve is drawn: a screen has no more greys. */
const NODES = 1024;
/** How far a sigmoid is followed to both sides, in widths: beyond, it is black or white but for 1 of 400. */
const TAILS = 1.5;

/** Grey of a value, 0 to 1 (PS3.3 C.11.2.1.2, C.11.2.1.3). */
export function greyOf({ window, function: how, table }: Curve, value: number): number {
  const { center, width } = window;
  if (table) {
    const [first, last] = spanOf(table);
    const { lower, upper } = rangeOf(window);
    const share = (value - lower) / Math.max(upper - lower, 1e-6);
    return entryOf(table, first + share * (last - first) + 1e-6) / (2 ** table.bits - 1);
  }
  if (how === "SIGMOID") return 1 / (1 + Math.exp((-4 * (value - center)) / width));
  const share =
    how === "LINEAR_EXACT"
      ? (value - center) / width + 0.5
      : (value - (center - 0.5)) / Math.max(width - 1, 1e-6) + 0.5;
  return Math.min(Math.max(share, 0), 1);
}

/** The values between which a curve is drawn: those of its nodes at the ends. */
export function spanOfCurve({ window, function: how, table }: Curve): Range {
  const { center, width } = window;
  if (!table && how === "SIGMOID")
    return { lower: center - TAILS * width, upper: center + TAILS * width };
  if (!table && how === "LINEAR_EXACT")
    return { lower: center - width / 2, upper: center + width / 2 };
  const { lower, upper } = rangeOf(window);
  return { lower, upper: Math.max(upper, lower + 1e-3) };
}

/** The window of a curve of this shape that is drawn between two values. */
export function windowIn({ lower, upper }: Range, { function: how, table }: Shape): Window {
  if (!table && how === "SIGMOID")
    return { center: (lower + upper) / 2, width: (upper - lower) / (2 * TAILS) };
  if (!table && how === "LINEAR_EXACT")
    return { center: (lower + upper) / 2, width: upper - lower };
  return windowOf({ lower, upper });
}

/** The curve as lines between nodes, each a value and its grey, from the lowest value on. */
export function nodesOf(curve: Curve): [number, number][] {
  const { lower, upper } = spanOfCurve(curve);
  const { function: how, table } = curve;
  if (!table && how !== "SIGMOID")
    return [
      [lower, 0],
      [upper, 1],
    ];
  const count = table ? Math.min(Math.max(table.entries.length, 2), NODES) : NODES;
  return Array.from({ length: count }, (_, at) => {
    const value = lower + ((upper - lower) * at) / (count - 1);
    return [value, greyOf(curve, value)];
  });
}
