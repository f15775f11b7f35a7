import type { Triple } from "../dicom";
import { far } from "./distances";
import type { Place } from "./grid";

/** A traced nerve canal: a line of places, drawn as a tube. */
export interface Canal {
  id: string;
  points: Place[];
  /** Of the tube, in mm. */
  diameter: number;
}

/** A cylinder in the place of an implant. */
export interface Implant {
  id: string;
  /** The middle of the end at the bone's crest, and the direction into the bone, of length 1. */
  head: Place;
  axis: Triple;
  diameter: number;
  length: number;
}

/** Sizes to choose from in mm, of no maker: what is common among makers. */
export const DIAMETERS = [3, 3.5, 4, 4.5, 5, 6] as const;
export const LENGTHS = [6, 8, 10, 11.5, 13, 15] as const;
/** Tube diameters in mm. A mandibular canal is 2 to 4 mm wide. */
export const TUBES = [1.5, 2, 2.5, 3, 4] as const;

/** Most points, canals and implants: a hand makes no more. */
export const MOST_POINTS = 200;
export const MOST_CANALS = 4;
export const MOST_IMPLANTS = 32;

/** The other end of an implant. */
export function apexOf({ head, axis, length }: Implant): Place {
  return [0, 1, 2].map((at) => (head[at] ?? 0) + length * (axis[at] ?? 0)) as Place;
}

/** A place between two. */
export function betweenPlaces(one: Place, other: Place, share: number): Place {
  return [0, 1, 2].map(
    (at) => (one[at] ?? 0) + share * ((other[at] ?? 0) - (one[at] ?? 0)),
  ) as Place;
}

/** A canal's point more: at the end that it is nearer to, or between the two that it lies between. */
export function withPoint(points: readonly Place[], place: Place): Place[] {
  if (points.length < 2) return [...points, place];
  const cost = (at: number) => {
    const [before, after] = [points[at - 1], points[at]];
    const there = (one: Place | undefined) => (one ? far(one, place) : 0);
    return there(before) + there(after) - (before && after ? far(before, after) : 0);
  };
  let best = 0;
  for (let at = 1; at <= points.length; at++) if (cost(at) < cost(best)) best = at;
  return points.toSpliced(best, 0, place);
}

/** How far a place is from a canal's wall in mm, below 0 inside of it; null while it is no line. */
export function fromCanal({ points, diameter }: Canal, place: Place): number | null {
  const middle = least(points, (a, b) => nearest(place, a, b));
  return middle === null ? null : middle - diameter / 2;
}

/** How near an implant comes to a canal, wall to wall in mm, below 0 where they meet; null while it is no line. */
export function clearance(implant: Implant, { points, diameter }: Canal): number | null {
  const middle = least(points, (a, b) =>
    lowest((share) => fromImplant(implant, betweenPlaces(a, b, share))),
  );
  return middle === null ? null : middle - diameter / 2;
}

/** How far a place is from an implant's surface, below 0 inside of it. */
export function fromImplant({ head, axis, diameter, length }: Implant, place: Place): number {
  const away = minus(place, head);
  const along = dot(away, axis);
  const across = Math.sqrt(Math.max(dot(away, away) - along * along, 0)) - diameter / 2;
  const beyond = Math.max(-along, along - length);
  if (across <= 0 && beyond <= 0) return Math.max(across, beyond);
  return Math.hypot(Math.max(across, 0), Math.max(beyond, 0));
}

/** The lowest value between 0 and 1 of a convex function, as the distance from a convex body is along a line. */
function lowest(value: (share: number) => number): number {
  let [from, to] = [0, 1];
  for (let round = 0; round < 40; round++) {
    const [a, b] = [from + (to - from) / 3, to - (to - from) / 3];
    if (value(a) <= value(b)) to = b;
    else from = a;
  }
  return value((from + to) / 2);
}

function least(points: readonly Place[], distance: (a: Place, b: Place) => number): number | null {
  let found: number | null = null;
  for (let at = 1; at < points.length; at++) {
    const [a, b] = [points[at - 1], points[at]];
    if (a && b) found = Math.min(found ?? Infinity, distance(a, b));
  }
  return found;
}

function nearest(place: Place, a: Place, b: Place): number {
  const along = minus(b, a);
  const size = dot(along, along);
  const share = size > 0 ? clamp(dot(minus(place, a), along) / size) : 0;
  return far(place, betweenPlaces(a, b, share));
}

const clamp = (share: number) => Math.min(Math.max(share, 0), 1);
const minus = (one: Place, other: Place): Triple => [
  one[0] - other[0],
  one[1] - other[1],
  one[2] - other[2],
];
const dot = (one: Triple, other: Triple) =>
  one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
