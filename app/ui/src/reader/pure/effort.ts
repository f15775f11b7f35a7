/** How finely a body is drawn. */
export interface Level {
  /** Pixels of the screen for one that is drawn. */
  scale: number;
  /** Steps along a ray, in half voxels. */
  steps: number;
  /** With light and shadow, for which every step looks around itself. */
  shaded: boolean;
}

/** From what any device draws while it is turned to what the voxels are. */
export const LEVELS: readonly Level[] = [
  { scale: 6, steps: 8, shaded: false },
  { scale: 4, steps: 6, shaded: true },
  { scale: 3, steps: 4, shaded: true },
  { scale: 2, steps: 3, shaded: true },
  { scale: 1.5, steps: 2, shaded: true },
  { scale: 1, steps: 1, shaded: true },
];
export const FINEST = LEVELS.length - 1;

/** Samples that light needs besides the one at each step. */
const LIGHT = 6;

/** How long a picture may take, in ms: turned, it must follow the hand; at rest, somebody waits for it. */
export const TURNING = 180;
export const RESTING = 1_500;

/** Samples for a level, as a share of those of the finest without light. `lit` says whether light is wanted at all. */
export function costOf({ scale, steps, shaded }: Level, lit: boolean): number {
  return (shaded && lit ? 1 + LIGHT : 1) / (scale * scale * steps);
}

/** How long pictures of each level took at last, in ms; null where none was drawn. */
export type Taken = readonly (number | null)[];

export const NOTHING_TAKEN: Taken = LEVELS.map(() => null);

/** The same after a picture more. What is quicker is so now; a single hiccup is half believed. */
export function noted(taken: Taken, level: number, took: number): Taken {
  const old = taken[level] ?? null;
  return taken.with(level, old === null || took <= old ? took : (old + took) / 2);
}

/**
 * The finest level, as its place, that is drawn within so many ms, and none below `least`. One that was not drawn yet takes
 * as much longer as it has more samples than the finest that was: never less than it will, for a picture costs something
 * that is none of its samples.
 */
export function levelWithin(taken: Taken, most: number, lit: boolean, least = 0): number {
  let reached = least;
  let known: { took: number; cost: number } | null = null;
  for (const [at, level] of LEVELS.entries()) {
    const cost = costOf(level, lit);
    const measured = taken[at] ?? null;
    if (measured !== null) known = { took: measured, cost };
    const fits = known !== null && (known.took * cost) / known.cost <= most;
    if (fits) reached = Math.max(at, least);
  }
  return reached;
}
