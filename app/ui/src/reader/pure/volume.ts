import type { ImageFacts, Triple } from "./dicom";

/** Why a series cannot be cut anew. */
export type NoVolume = "few" | "geometry" | "uneven";

const FEWEST = 8;
/** Share of the distance of slices by which one may deviate. */
const TOLERANCE = 0.05;

/** Whether images are parallel, alike and equally far apart; if so, how far in mm. */
export function volumeOf(images: readonly ImageFacts[]): { distance: number } | { not: NoVolume } {
  const [first] = images;
  if (!first || images.length < FEWEST) return { not: "few" };
  const orientation = first.orientation;
  if (!orientation || !first.pixelSpacing || first.samples !== 1) return { not: "geometry" };
  const normal = normalOf(orientation);
  const places: number[] = [];
  for (const image of images) {
    const alike =
      image.rows === first.rows &&
      image.columns === first.columns &&
      image.frameOfReference === first.frameOfReference &&
      near(image.orientation, orientation) &&
      near(image.pixelSpacing, first.pixelSpacing);
    if (!alike || !image.position) return { not: "geometry" };
    places.push(dot(image.position, normal));
  }
  places.sort((a, b) => a - b);
  const steps = places.slice(1).map((place, at) => place - (places[at] ?? 0));
  const distance = ((places.at(-1) ?? 0) - (places[0] ?? 0)) / steps.length;
  const even = steps.every((step) => Math.abs(step - distance) <= TOLERANCE * distance);
  return even && distance > 0 ? { distance } : { not: "uneven" };
}

/** Perpendicular to rows and columns. */
export function normalOf(orientation: readonly number[]): Triple {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = orientation;
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}

function near(one: readonly number[] | null, other: readonly number[] | null): boolean {
  if (!one || !other || one.length !== other.length) return false;
  return one.every((value, at) => Math.abs(value - (other[at] ?? 0)) < 1e-3);
}
