import { heightOf, type Grid, type Stack } from "../reader/pure/curved/grid";

const SIZE = 120;
export const grid: Grid = {
  columns: SIZE,
  rows: SIZE,
  slices: 40,
  spacing: [0.7, 0.7, 0.7],
  origin: [-42, -42, 0],
  across: [1, 0, 0],
  down: [0, 1, 0],
  up: [0, 0, 1],
};
export const all = { low: 0, high: heightOf(grid) };

/** A number between 0 and 1 that is the same in every run. */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** A volume whose values are a function of the place in mm. */
export function volume(value: (u: number, v: number, w: number) => number): Stack {
  const slices = Array.from({ length: grid.slices }, (_, k) => {
    const slice = new Float32Array(SIZE * SIZE);
    for (let j = 0; j < SIZE; j++)
      for (let i = 0; i < SIZE; i++) slice[j * SIZE + i] = value(0.7 * i, 0.7 * j, 0.7 * k);
    return slice;
  });
  return { grid, slices };
}

/** The horseshoe: a half circle of 28 mm around 42, 45, whose branches go 15 mm straight back; a spine behind. */
export const RADIUS = 28;
export const fromArch = (u: number, v: number) =>
  v > 45
    ? Math.hypot(Math.abs(u - 42) - RADIUS, Math.max(v - 60, 0))
    : Math.abs(Math.hypot(u - 42, v - 45) - RADIUS);
const random = noise(7);
export const horseshoe = volume((u, v) => {
  const rough = 60 * (random() - 0.5);
  if (fromArch(u, v) < 4) return 1600 + rough;
  if (Math.hypot(u - 42, v - 76) < 6) return 1100 + rough;
  return (Math.hypot(u - 42, v - 42) < 41 ? 40 : -1000) + rough;
});
