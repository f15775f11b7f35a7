import type { Place } from "../../../backend/liveTypes";
import type { Triple } from "../dicom";

/**
 * A picture that lies in the patient. Places in it are shares of its width and height, from its upper left corner, so that
 * they are the same on every screen.
 */
export interface Plane {
  /** The upper left corner in mm. */
  corner: Triple;
  /** From there along the whole upper edge, and along the whole left one, in mm. */
  across: Triple;
  down: Triple;
}

/** What is known of how samples lie in space; Cornerstone's way to say it. */
export interface Lattice {
  /** The middle of the first sample. */
  origin: readonly number[];
  /** Unit vectors of rows, columns and slices, one after the other. */
  direction: ArrayLike<number>;
  spacing: readonly number[];
  dimensions: readonly number[];
}

/** The plane of one image. */
export function planeOfImage({ origin, direction, spacing, dimensions }: Lattice): Plane {
  const edge = (axis: 0 | 1): Triple => {
    const length = (spacing[axis] ?? 1) * (dimensions[axis] ?? 1);
    return triple((at) => (direction[3 * axis + at] ?? 0) * length);
  };
  const [across, down] = [edge(0), edge(1)];
  const half = (axis: 0 | 1) => 0.5 / Math.max(dimensions[axis] ?? 1, 1);
  const corner = triple((at) => (origin[at] ?? 0) - across[at] * half(0) - down[at] * half(1));
  return { corner, across, down };
}

export type Section = "axial" | "coronal" | "sagittal";

/** The axis that a section is perpendicular to: of left, posterior and head. */
export const NORMAL: Record<Section, 0 | 1 | 2> = { axial: 2, coronal: 1, sagittal: 0 };

/**
 * The section through `point` of a box in the patient, as it is usually seen: an axial one from the feet, a coronal one
 * from before, a sagittal one with the face on the left. `bounds` are the least and the greatest x, y and z in mm.
 */
export function planeThrough(section: Section, bounds: readonly number[], point: Triple): Plane {
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0, z0 = 0, z1 = 0] = bounds;
  const [width, depth, height] = [x1 - x0, y1 - y0, z1 - z0];
  switch (section) {
    case "axial":
      return { corner: [x0, y0, point[2]], across: [width, 0, 0], down: [0, depth, 0] };
    case "coronal":
      return { corner: [x0, point[1], z1], across: [width, 0, 0], down: [0, 0, -height] };
    case "sagittal":
      return { corner: [point[0], y0, z1], across: [0, depth, 0], down: [0, 0, -height] };
  }
}

/** Where a place of the picture is in the patient. */
export function worldAt({ corner, across, down }: Plane, [x, y]: Place): Triple {
  return triple((at) => corner[at] + x * across[at] + y * down[at]);
}

/** Where a point of the patient, or what lies before or behind it, is in the picture. */
export function placeIn({ corner, across, down }: Plane, world: readonly number[]): Place {
  const away = triple((at) => (world[at] ?? 0) - corner[at]);
  return [dot(away, across) / square(across), dot(away, down) / square(down)];
}

/** Whether a place lies in the picture. */
export function isWithin([x, y]: Place): boolean {
  return x >= 0 && x <= 1 && y >= 0 && y <= 1;
}

function triple(of: (axis: 0 | 1 | 2) => number): Triple {
  return [of(0), of(1), of(2)];
}

function dot(one: Triple, other: Triple): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

/** Never zero: a picture without width has all places at its edge. */
function square(edge: Triple): number {
  return Math.max(dot(edge, edge), Number.EPSILON);
}
