import type { Triple } from "./dicom";

/** From where a volume is looked at, in the patient's mm, and which direction is up, of length 1. */
export interface Eye {
  position: Triple;
  focalPoint: Triple;
  viewUp: Triple;
}

/** From the front, head up. */
export function fromTheFront(middle: Triple, away: number): Eye {
  const [x, y, z] = middle;
  return { focalPoint: middle, position: [x, y - away, z], viewUp: [0, 0, 1] };
}

/** The eye moved around what it looks at: `across` to the right and `over` downwards turn what is seen, in radians. */
export function turned(eye: Eye, across: number, over: number): Eye {
  const up = unit(eye.viewUp);
  const around = about(minus(eye.position, eye.focalPoint), up, -across);
  const right = unit(cross(up, around));
  const away = about(around, right, -over);
  return { ...eye, position: plus(eye.focalPoint, away), viewUp: unit(about(up, right, -over)) };
}

/** What is seen turned in the picture's plane, clockwise. */
export function rolled(eye: Eye, angle: number): Eye {
  const away = unit(minus(eye.position, eye.focalPoint));
  return { ...eye, viewUp: unit(about(eye.viewUp, away, angle)) };
}

/** What is seen moved in the picture's plane, to the right and downwards, in mm. */
export function shifted(eye: Eye, right: number, down: number): Eye {
  const up = unit(eye.viewUp);
  const away = unit(minus(eye.position, eye.focalPoint));
  const aside = unit(cross(up, away));
  const by = plus(scaled(aside, -right), scaled(up, down));
  return { ...eye, position: plus(eye.position, by), focalPoint: plus(eye.focalPoint, by) };
}

/** A vector turned about an axis of length 1 (Rodrigues). */
function about(vector: Triple, axis: Triple, angle: number): Triple {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const along = dot(axis, vector) * (1 - cos);
  return plus(plus(scaled(vector, cos), scaled(cross(axis, vector), sin)), scaled(axis, along));
}

function cross([a, b, c]: Triple, [d, e, f]: Triple): Triple {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

const dot = (one: Triple, other: Triple) =>
  one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
const plus = (one: Triple, other: Triple): Triple => [
  one[0] + other[0],
  one[1] + other[1],
  one[2] + other[2],
];
const scaled = ([x, y, z]: Triple, by: number): Triple => [x * by, y * by, z * by];
const minus = (one: Triple, other: Triple): Triple => plus(one, scaled(other, -1));
const unit = (one: Triple): Triple => scaled(one, 1 / Math.max(Math.hypot(...one), 1e-12));
