import { valueUnit } from "./calibration";
import type { ImageFacts, Triple } from "./dicom";

/** Ways to look at a volume as a body. */
export const RENDERINGS = ["bone", "teeth", "soft", "mip"] as const;
export type Rendering = (typeof RENDERINGS)[number];

/** Between these values a threshold may be moved, in Hounsfield units or their equal. */
export const MOST_SHIFT = 800;

/** At a value: how much of it is seen in 1 mm of depth, 0 to 1, and in which colour, red, green and blue of 0 to 1. */
export interface Node {
  at: number;
  opacity: number;
  colour: Triple;
}

/** How a volume is drawn. */
export interface Recipe {
  nodes: Node[];
  /** The highest value of each ray alone, without depth and light. */
  projected: boolean;
}

const IVORY: Triple = [0.96, 0.9, 0.78];
const BONE: Triple = [0.86, 0.74, 0.58];
const SKIN: Triple = [0.85, 0.62, 0.52];
const WHITE: Triple = [1, 1, 1];
const BLACK: Triple = [0, 0, 0];

/** By Hounsfield units; values of cone-beam CT are near enough to start from, and the threshold is moved by hand. */
const NODES: Record<Rendering, readonly (readonly [number, number, Triple])[]> = {
  bone: [
    [250, 0, BONE],
    [500, 0.25, BONE],
    [1000, 0.7, IVORY],
    [2500, 0.95, WHITE],
  ],
  teeth: [
    [1350, 0, IVORY],
    [1600, 0.3, IVORY],
    [2200, 0.9, WHITE],
    [3000, 1, WHITE],
  ],
  soft: [
    [-450, 0, SKIN],
    [-250, 0.2, SKIN],
    [100, 0.5, SKIN],
    [400, 0.7, BONE],
    [1500, 0.95, IVORY],
  ],
  mip: [
    [-300, 0, BLACK],
    [3000, 1, WHITE],
  ],
};

/** What Hounsfield units are stretched over where values have no such unit. */
const STRETCHED = [-1000, 3000] as const;

/** A recipe for an image's values, of which `range` are the least and the greatest; `shift` moves its threshold. */
export function recipeOf(
  rendering: Rendering,
  facts: ImageFacts,
  range: readonly [number, number],
  shift: number,
): Recipe {
  const [low, high] = range;
  const [from, to] = STRETCHED;
  const own = (units: number) =>
    valueUnit(facts) === "HU"
      ? units
      : low + ((units - from) / (to - from)) * Math.max(high - low, 1);
  return {
    nodes: NODES[rendering].map(([units, opacity, colour]) => ({
      at: own(units + shift),
      opacity,
      colour,
    })),
    projected: rendering === "mip",
  };
}

/** Why a volume is not drawn as a body. */
export type NotRendered = "large" | "texture";

/** Most bytes that are held of it at a time, and again by the graphics device: twice as many where it takes no 16 bits. */
const MOST = 1_200_000_000;

/** Whether a device that takes so many voxels in a row draws a volume of so many slices; null when it does. */
export function refusedFor(
  { rows, columns, bitsAllocated }: ImageFacts,
  slices: number,
  longest: number,
): NotRendered | null {
  if (rows * columns * slices * (bitsAllocated > 8 ? 2 : 1) > MOST) return "large";
  return Math.max(rows, columns, slices) > longest ? "texture" : null;
}
