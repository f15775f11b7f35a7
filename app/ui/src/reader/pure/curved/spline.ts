/** A point in the plane of slices, mm along their rows and columns. */
export type Point = [number, number];

/** A smooth line in points at equal distances along it. */
export interface Path {
  points: Point[];
  /** Unit vectors across the line in each point, to the right of who walks along it. */
  across: Point[];
  /** Distance of neighbouring points along the line, in mm. */
  step: number;
  /** Length in mm. */
  length: number;
}

/** Points between two control points before the line is divided anew. */
const FINE = 48;

/**
 * The centripetal Catmull-Rom spline through control points (Yuksel et al. 2011: it makes no loop and no cusp), divided
 * anew by arc length. Null when there are fewer than two different points. `step` in mm is about the distance wanted.
 */
export function smoothPath(control: readonly Point[], step: number): Path | null {
  const knots = control.filter((point, at) => at === 0 || apart(point, control[at - 1]) > 1e-6);
  if (knots.length < 2) return null;
  const dense: Point[] = [];
  for (let at = 0; at + 1 < knots.length; at++) {
    const p1 = knots[at] ?? [0, 0];
    const p2 = knots[at + 1] ?? p1;
    // Beyond the ends the line goes on as it came.
    const p0 = knots[at - 1] ?? mirrored(p2, p1);
    const p3 = knots[at + 2] ?? mirrored(p1, p2);
    for (let part = 0; part < FINE; part++) dense.push(catmullRom(p0, p1, p2, p3, part / FINE));
  }
  dense.push(knots.at(-1) ?? [0, 0]);
  return resampled(dense, step);
}

/** The same line in points at equal distances; its ends stay. */
export function resampled(line: readonly Point[], step: number): Path | null {
  const lengths = [0];
  for (let at = 1; at < line.length; at++)
    lengths.push((lengths[at - 1] ?? 0) + apart(line[at] ?? [0, 0], line[at - 1]));
  const length = lengths.at(-1) ?? 0;
  if (!(length > 0)) return null;
  const count = Math.max(Math.round(length / step), 1);
  const points: Point[] = [];
  let at = 1;
  for (let wanted = 0; wanted <= count; wanted++) {
    const target = (wanted / count) * length;
    while (at < line.length - 1 && (lengths[at] ?? 0) < target) at += 1;
    const [from, to] = [lengths[at - 1] ?? 0, lengths[at] ?? 0];
    const share = to > from ? (target - from) / (to - from) : 0;
    points.push(mixed(line[at - 1] ?? [0, 0], line[at] ?? [0, 0], share));
  }
  const across = points.map((_, one): Point => {
    const before = points[Math.max(one - 1, 0)] ?? [0, 0];
    const after = points[Math.min(one + 1, points.length - 1)] ?? [0, 0];
    const far = apart(before, after) || 1;
    return [-(after[1] - before[1]) / far, (after[0] - before[0]) / far];
  });
  return { points, across, step: length / count, length };
}

/** The point, and the direction across, at a distance in mm from the line's beginning; beyond the ends, straight on. */
export function atLength(path: Path, along: number): { point: Point; across: Point } {
  const last = path.points.length - 1;
  const exact = along / path.step;
  const at = Math.min(Math.max(Math.floor(exact), 0), last - 1);
  const share = exact - at;
  const point = mixed(path.points[at] ?? [0, 0], path.points[at + 1] ?? [0, 0], share);
  const inside = Math.min(Math.max(share, 0), 1);
  const [x, y] = mixed(path.across[at] ?? [0, 1], path.across[at + 1] ?? [0, 1], inside);
  const size = Math.hypot(x, y) || 1;
  return { point, across: [x / size, y / size] };
}

/** Where the line comes nearest to a point: how far along it that is, and how far across, in mm. */
export function nearestOn(path: Path, point: Point): { along: number; off: number } {
  let best = 0;
  path.points.forEach((one, at) => {
    if (apart(one, point) < apart(path.points[best] ?? [Infinity, 0], point)) best = at;
  });
  const [x, y] = path.points[best] ?? [0, 0];
  const [a, b] = path.across[best] ?? [0, 1];
  const [dx, dy] = [point[0] - x, point[1] - y];
  // `across` turned back by a right angle is the direction of the line.
  const along = best * path.step + dx * b - dy * a;
  return { along: Math.min(Math.max(along, 0), path.length), off: dx * a + dy * b };
}

export function apart(one: Point, other: Point | undefined): number {
  return other ? Math.hypot(one[0] - other[0], one[1] - other[1]) : Infinity;
}

function mixed(one: Point, other: Point, share: number): Point {
  return [one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share];
}

function mirrored(point: Point, about: Point): Point {
  return [2 * about[0] - point[0], 2 * about[1] - point[1]];
}

/** Barry and Goldman's form with knots at the square roots of distances. */
function catmullRom(p0: Point, p1: Point, p2: Point, p3: Point, share: number): Point {
  const t1 = Math.sqrt(apart(p0, p1));
  const t2 = t1 + Math.sqrt(apart(p1, p2));
  const t3 = t2 + Math.sqrt(apart(p2, p3));
  const t = t1 + share * (t2 - t1);
  const a1 = mixed(p0, p1, t / t1);
  const a2 = mixed(p1, p2, (t - t1) / (t2 - t1));
  const a3 = mixed(p2, p3, (t - t2) / (t3 - t2));
  const b1 = mixed(a1, a2, t / t2);
  const b2 = mixed(a2, a3, (t - t1) / (t3 - t1));
  return mixed(b1, b2, (t - t1) / (t2 - t1));
}
