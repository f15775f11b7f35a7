import type { Place } from "./grid";
import { nearestOn, type Path } from "./spline";

/** What a line drawn in a panoramic reformat measures, in mm. */
export interface CurvedLength {
  /** Along the bent surface, as the image shows it unrolled. */
  arc: number;
  /** Straight through the patient. */
  straight: number;
}

/** The distance of two points of an unrolled arch: `x` mm along the arch, `y` mm downwards. */
export function curvedLength(
  one: readonly [number, number],
  other: readonly [number, number],
  places: readonly [Place, Place],
): CurvedLength {
  return {
    arc: Math.hypot(other[0] - one[0], other[1] - one[1]),
    straight: far(places[0], places[1]),
  };
}

export function far(one: Place, other: Place): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

/** Where a place is seen in the unrolled arch: how far along it, how high, and how far across, in mm. */
export function onArch(
  path: Path,
  [u, v, w]: Place,
): { along: number; height: number; off: number } {
  const { along, off } = nearestOn(path, [u, v]);
  return { along, height: w, off };
}

/** The side of an arch where the tongue is: 1 where `across` of the path points to it, -1 where away from it. */
export function tongueSide({ points, across }: Path): 1 | -1 {
  const middle = Math.floor(points.length / 2);
  const [x, y] = points[middle] ?? [0, 0];
  const [a, b] = across[middle] ?? [0, 1];
  const [first = [0, 0], last = [0, 0]] = [points[0], points.at(-1)];
  const inwards = a * ((first[0] + last[0]) / 2 - x) + b * ((first[1] + last[1]) / 2 - y);
  return inwards < 0 ? -1 : 1;
}
