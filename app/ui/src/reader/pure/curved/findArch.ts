import type { Grid } from "./grid";
import { closed, filled, longestWay, otsu, partsOf, thinned, type Mask } from "./mask";
import type { Mip } from "./mip";
import { apart, resampled, type Path, type Point } from "./spline";

/** Control points that an arch is given. */
const CONTROLS = 9;
/** Half of the widest gap that is closed, in mm: a missing tooth is no end of the jaw. */
const GAP = 2.2;
/** Largest hole and smallest band, in mm². */
const HOLE = 60;
const BAND = 150;
/** Over this length of the line, in mm, its direction is averaged. */
const SMOOTH = 5;

/** What a dental arch measures, from a child's to the largest: in mm, and as shares. */
const ARCH = { length: [45, 260], width: [25, 130], depth: 0.3, middle: [0.3, 0.7] } as const;

/**
 * Finds the dental arch in an axial projection: the band of bone and teeth is parted from the rest by thresholds (Otsu,
 * anew within what is bright), its gaps are closed, it is thinned to its middle line (Zhang and Suen), and the longest way
 * along that line is an arch when it is as long, as wide, as deep and as evenly bent as arches are. The way of
 * publications on automatic panoramic reformatting. Gives control points in mm in the plane of slices, from the
 * patient's right to the left; null when nothing there looks like an arch.
 */
export function findArch(mip: Mip, grid: Pick<Grid, "across" | "down">): Point[] | null {
  const values = blurred(mip);
  let best: { path: Path; score: number } | null = null;
  for (const threshold of thresholds(values)) {
    const bright: Mask = {
      columns: mip.columns,
      rows: mip.rows,
      inside: Uint8Array.from(values, (value) => Number(value >= threshold)),
    };
    for (const path of candidates(bright, mip, grid)) {
      const score = scored(path, grid);
      if (score !== null && score > (best?.score ?? 0)) best = { path, score };
    }
  }
  if (!best) return null;
  const { points } = best.path;
  return Array.from({ length: CONTROLS }, (_, at): Point => {
    const [x, y] = points[Math.round((at / (CONTROLS - 1)) * (points.length - 1))] ?? [0, 0];
    return [x, y];
  });
}

/** From the palest that may be bone, as a ridge without teeth is, to the hardest. */
function thresholds(values: Float32Array): number[] {
  const found: number[] = [];
  for (let round = 0; round < 3; round++) {
    const next = otsu(values, found.at(-1));
    if (next === null) break;
    const last = found.at(-1);
    if (last !== undefined) found.push((last + next) / 2);
    found.push(next);
  }
  const [first] = found;
  const pale = first === undefined ? null : otsu(values, -Infinity, first);
  return pale === null ? found : [pale, ...found];
}

function candidates(bright: Mask, mip: Mip, grid: Pick<Grid, "across">): Path[] {
  const pixel = Math.max(...mip.pixel);
  const area = mip.pixel[0] * mip.pixel[1];
  const band = filled(closed(bright, Math.round(GAP / pixel)), HOLE / area);
  return partsOf(band)
    .slice(0, 3)
    .filter((part) => part.length * area >= BAND)
    .flatMap((part) => {
      const inside = new Uint8Array(band.inside.length);
      for (const at of part) inside[at] = 1;
      const way = longestWay(thinned({ ...band, inside })).map((at): Point => [
        (at % band.columns) * mip.pixel[0],
        Math.floor(at / band.columns) * mip.pixel[1],
      ]);
      const path = smoothed(way);
      return path ? [fromRight(path, grid)] : [];
    });
}

/** The line without the steps of pixels. */
function smoothed(way: readonly Point[]): Path | null {
  const path = resampled(way, 1);
  if (!path || path.points.length < 2 * SMOOTH) return null;
  const points = path.points.map((_, at, all): Point => {
    // Near an end as many points on both sides as there are: the end itself stays.
    const reach = Math.min(SMOOTH, at, all.length - 1 - at);
    const near = all.slice(at - reach, at + reach + 1);
    const mean = (axis: 0 | 1) => near.reduce((sum, one) => sum + one[axis], 0) / near.length;
    return [mean(0), mean(1)];
  });
  return resampled(points, 1);
}

/** A line that begins on the patient's right. */
export function fromRight<Line extends Pick<Path, "points">>(
  line: Line,
  { across }: Pick<Grid, "across">,
): Line {
  const [first = [0, 0], last = [0, 0]] = [line.points[0], line.points.at(-1)];
  // Patient coordinates grow to the left (PS3.3 C.7.6.2.1.1).
  const begins = (last[0] - first[0]) * (across[0] < 0 ? -1 : 1) >= 0;
  return begins ? line : { ...line, points: line.points.toReversed() };
}

/** How good an arch a line is; null when it is none. */
function scored({ points, length }: Path, { down }: Pick<Grid, "down">): number | null {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || length < ARCH.length[0] || length > ARCH.length[1]) return null;
  const across = points.map(([x]) => x);
  const width = Math.max(...across) - Math.min(...across);
  if (width < ARCH.width[0] || width > ARCH.width[1]) return null;
  // The front is where the patient's y is least; rows nearly always go from front to back.
  const front = down[1] < 0 ? -1 : 1;
  const ends = (front * (first[1] + last[1])) / 2;
  const heights = points.map(([, y]) => ends - front * y);
  const depth = Math.max(...heights);
  const apex = heights.indexOf(depth) / (points.length - 1);
  if (depth < ARCH.depth * width || apex < ARCH.middle[0] || apex > ARCH.middle[1]) return null;
  if (apart(first, last) < width / 3) return null;
  const even = evenness(points);
  return even < 0.6 ? null : length * even;
}

/** How much of all turning goes the same way, 0 to 1. */
function evenness(points: readonly Point[]): number {
  const SPAN = 6;
  let [sum, all] = [0, 0];
  for (let at = SPAN; at + SPAN < points.length; at += SPAN) {
    const [a, b, c] = [points[at - SPAN], points[at], points[at + SPAN]];
    if (!a || !b || !c) continue;
    const before = Math.atan2(b[1] - a[1], b[0] - a[0]);
    const after = Math.atan2(c[1] - b[1], c[0] - b[0]);
    const turn = Math.atan2(Math.sin(after - before), Math.cos(after - before));
    sum += turn;
    all += Math.abs(turn);
  }
  return all > 0 ? Math.abs(sum) / all : 0;
}

/** The mean of each pixel and its neighbours: noise makes no bands. */
function blurred({ columns, rows, values }: Mip): Float32Array {
  const result = new Float32Array(values.length);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      let [sum, count] = [0, 0];
      for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, rows - 1); v++)
        for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, columns - 1); u++) {
          const value = values[v * columns + u] ?? NaN;
          if (Number.isNaN(value)) continue;
          sum += value;
          count += 1;
        }
      result[y * columns + x] = count > 0 ? sum / count : NaN;
    }
  return result;
}
