import type { ImageReference, Measurement, Quantity, Shape } from "../../backend/illustrationTypes";
import { calibrationOf, valueUnit } from "./calibration";
import type { ImageFacts, Triple } from "./dicom";
import type { Tool } from "./keys";

/** What the measuring tools draw. */
export const SHAPES: Partial<Record<Tool, Shape>> = {
  length: "line",
  angle: "angle",
  ellipse: "ellipse",
  rectangle: "rectangle",
  probe: "point",
};

/** What was computed of it, where there is something. */
export interface Computed {
  length?: unknown;
  angle?: unknown;
  area?: unknown;
  mean?: unknown;
  stdDev?: unknown;
  min?: unknown;
  max?: unknown;
  value?: unknown;
}

/** Farther from a slice than this, in mm, a point is not in it. */
const NEAR = 0.05;

/**
 * A world point in an image: column and row in pixels, the upper left corner of the first pixel being 0, 0 (PS3.3
 * C.18.6), and how far it is from the image's plane in mm.
 */
export function inImage(facts: ImageFacts, world: Triple): { at: [number, number]; off: number } {
  const [rows, columns] = calibrationOf(facts).spacing ?? [1, 1];
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0] = facts.orientation ?? [];
  const [x, y, z] = facts.position ?? [0, 0, 0];
  const away: Triple = [world[0] - x, world[1] - y, world[2] - z];
  const along = (cosines: Triple) =>
    away[0] * cosines[0] + away[1] * cosines[1] + away[2] * cosines[2];
  const normal: Triple = [b * f - c * e, c * d - a * f, a * e - b * d];
  // A position is that of the middle of the first pixel.
  return {
    at: [along([a, b, c]) / columns + 0.5, along([d, e, f]) / rows + 0.5],
    off: Math.abs(along(normal)),
  };
}

/** The points of a shape in the order in which a report has them; null when there are too few. */
export function pointsOf(shape: Shape, handles: readonly Triple[]): Triple[] | null {
  const [a, b, c, d] = handles;
  switch (shape) {
    case "point":
      return a ? [a] : null;
    case "line":
      return a && b ? [a, b] : null;
    case "angle":
      return a && b && c ? [a, b, c] : null;
    case "ellipse":
      if (!a || !b || !c || !d) return null;
      return distance(a, b) >= distance(c, d) ? [a, b, c, d] : [c, d, a, b];
    case "rectangle":
      // The tool has them line by line, a report around.
      return a && b && c && d ? [a, b, d, c] : null;
  }
}

/** What was measured of a shape, with units that its image allows. */
export function quantitiesOf(shape: Shape, computed: Computed, facts: ImageFacts): Quantity[] {
  const pixels = calibrationOf(facts).kind === "none";
  const values = valueUnit(facts) === "HU" ? "HU" : "1";
  const region = shape === "ellipse" || shape === "rectangle";
  const candidates: [boolean, Quantity["kind"], unknown, Quantity["unit"]][] = [
    [shape === "line", "length", computed.length, pixels ? "px" : "mm"],
    [shape === "angle", "angle", computed.angle, "deg"],
    [region, "area", computed.area, pixels ? "px2" : "mm2"],
    [region, "mean", computed.mean, values],
    [region, "standard_deviation", computed.stdDev, values],
    [region, "minimum", computed.min, values],
    [region, "maximum", computed.max, values],
    [shape === "point", "value", computed.value, values],
  ];
  return candidates.flatMap(([wanted, kind, value, unit]) =>
    wanted && typeof value === "number" && Number.isFinite(value)
      ? [{ kind, value: Math.round(value * 1000) / 1000, unit }]
      : [],
  );
}

/** An image that something may have been drawn in. */
export interface Candidate {
  image: ImageReference;
  facts: ImageFacts;
}

/**
 * What was drawn, as a report has it; null while nothing is computed. `images` are the image, or all slices of the
 * volume: in a section that no slice is, points are in the patient.
 */
export function measurementOf(
  shape: Shape,
  handles: readonly Triple[],
  computed: Computed,
  images: readonly Candidate[],
): Measurement | null {
  const points = pointsOf(shape, handles);
  const [first] = points ?? [];
  if (!points || !first) return null;
  const nearest = images.reduce<Candidate | null>(
    (best, one) =>
      best === null || inImage(one.facts, first).off < inImage(best.facts, first).off ? one : best,
    null,
  );
  if (!nearest) return null;
  const { image, facts } = nearest;
  const quantities = quantitiesOf(shape, computed, facts);
  if (quantities.length === 0) return null;
  const calibration = calibrationOf(facts).kind;
  const drawn = points.map((point) => inImage(facts, point));
  const flat = images.length === 1 || drawn.every(({ off }) => off < NEAR);
  // Without geometry there is no place in the patient.
  if (!flat && calibration !== "object") return null;
  return {
    image,
    shape,
    points: flat ? { image: drawn.map(({ at }) => at) } : { space: points },
    quantities,
    calibration,
    tooth: null,
    words: "",
  };
}

function distance(one: Triple, other: Triple): number {
  return Math.hypot(...one.map((value, at) => value - (other[at] ?? 0)));
}
