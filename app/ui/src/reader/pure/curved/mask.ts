/** What is inside: 1, and outside: 0, line by line. */
export interface Mask {
  columns: number;
  rows: number;
  inside: Uint8Array;
}

/** Eight neighbours in the order in which one goes around: up, upper right, right, and so on. */
const AROUND = [
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
] as const;

/** Otsu's threshold (1979) of values that are numbers: between the two classes that differ most; null when all are alike. */
export function otsu(values: ArrayLike<number>, least = -Infinity, most = Infinity): number | null {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? NaN;
    if (!(value >= least && value < most)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(high > low)) return null;
  const BINS = 256;
  const counts = new Float64Array(BINS);
  let [total, sum] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? NaN;
    if (!(value >= least && value < most)) continue;
    const bin = Math.min(Math.floor(((value - low) / (high - low)) * BINS), BINS - 1);
    counts[bin] = (counts[bin] ?? 0) + 1;
    total += 1;
    sum += bin;
  }
  let [best, found, below, sumBelow] = [-1, 0, 0, 0];
  for (let bin = 0; bin < BINS - 1; bin++) {
    below += counts[bin] ?? 0;
    sumBelow += bin * (counts[bin] ?? 0);
    if (below === 0 || below === total) continue;
    const apart = sumBelow / below - (sum - sumBelow) / (total - below);
    const score = below * (total - below) * apart * apart;
    if (score > best) [best, found] = [score, bin];
  }
  return low + ((found + 1) / BINS) * (high - low);
}

/** Closes gaps up to twice `reach` pixels wide: what is between two teeth belongs to the arch. */
export function closed(mask: Mask, reach: number): Mask {
  return not(grown(not(grown(mask, reach)), reach));
}

function not({ columns, rows, inside }: Mask): Mask {
  return { columns, rows, inside: inside.map((one) => 1 - one) };
}

function grown({ columns, rows, inside }: Mask, reach: number): Mask {
  const result = new Uint8Array(inside.length);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      if (inside[y * columns + x] === 0) continue;
      for (let v = Math.max(y - reach, 0); v <= Math.min(y + reach, rows - 1); v++)
        for (let u = Math.max(x - reach, 0); u <= Math.min(x + reach, columns - 1); u++)
          if ((u - x) ** 2 + (v - y) ** 2 <= reach * reach) result[v * columns + u] = 1;
    }
  return { columns, rows, inside: result };
}

/** Parts that hang together by edges, each as its pixels, the largest first. */
export function partsOf({ columns, rows, inside }: Mask, wanted: 0 | 1 = 1): number[][] {
  const seen = new Uint8Array(inside.length);
  const parts: number[][] = [];
  for (let start = 0; start < inside.length; start++) {
    if (seen[start] === 1 || inside[start] !== wanted) continue;
    const part = [start];
    seen[start] = 1;
    for (let next = 0; next < part.length; next++) {
      const at = part[next] ?? 0;
      const [x, y] = [at % columns, Math.floor(at / columns)];
      for (const [u, v] of [AROUND[0], AROUND[2], AROUND[4], AROUND[6]]) {
        const [a, b] = [x + u, y + v];
        const to = b * columns + a;
        if (a < 0 || b < 0 || a >= columns || b >= rows) continue;
        if (seen[to] === 1 || inside[to] !== wanted) continue;
        seen[to] = 1;
        part.push(to);
      }
    }
    parts.push(part);
  }
  return parts.sort((one, other) => other.length - one.length);
}

/** Holes of at most so many pixels filled: pulp and marrow are no gaps of the arch. */
export function filled(mask: Mask, most: number): Mask {
  const inside = Uint8Array.from(mask.inside);
  for (const hole of partsOf(mask, 0))
    if (hole.length <= most) for (const at of hole) inside[at] = 1;
  return { ...mask, inside };
}

/** The middle line of a mask, one pixel wide (Zhang and Suen 1984). */
export function thinned({ columns, rows, inside }: Mask): Mask {
  const line = Uint8Array.from(inside);
  const around = (x: number, y: number) =>
    AROUND.map(([u, v]) =>
      x + u < 0 || y + v < 0 || x + u >= columns || y + v >= rows
        ? 0
        : (line[(y + v) * columns + x + u] ?? 0),
    );
  for (let changed = true; changed;) {
    changed = false;
    for (const second of [false, true]) {
      const gone: number[] = [];
      for (let at = 0; at < line.length; at++) {
        if (line[at] === 0) continue;
        const near = around(at % columns, Math.floor(at / columns));
        if (mayGo(near, second)) gone.push(at);
      }
      for (const at of gone) line[at] = 0;
      changed ||= gone.length > 0;
    }
  }
  return { columns, rows, inside: line };
}

function mayGo(near: readonly number[], second: boolean): boolean {
  const count = near.reduce((sum, one) => sum + one, 0);
  const begins = near.filter((one, at) => one === 0 && near[(at + 1) % 8] === 1).length;
  if (count < 2 || count > 6 || begins !== 1) return false;
  const [up = 0, , right = 0, , down = 0, , left = 0] = near;
  return second
    ? up * right * left === 0 && up * down * left === 0
    : up * right * down === 0 && right * down * left === 0;
}

/** The longest of the shortest ways along a line one pixel wide, from end to end, as its pixels. */
export function longestWay({ columns, rows, inside }: Mask): number[] {
  const start = inside.indexOf(1);
  if (start < 0) return [];
  const walk = (from: number): { last: number; before: Int32Array } => {
    const before = new Int32Array(inside.length).fill(-1);
    before[from] = from;
    const queue = [from];
    for (let next = 0; next < queue.length; next++) {
      const at = queue[next] ?? from;
      const [x, y] = [at % columns, Math.floor(at / columns)];
      for (const [u, v] of AROUND) {
        const to = (y + v) * columns + x + u;
        if (x + u < 0 || y + v < 0 || x + u >= columns || y + v >= rows) continue;
        if (inside[to] === 0 || before[to] !== -1) continue;
        before[to] = at;
        queue.push(to);
      }
    }
    return { last: queue.at(-1) ?? from, before };
  };
  const { last: one } = walk(start);
  const { last: other, before } = walk(one);
  const way = [other];
  for (let at = other; at !== one; way.push(at)) at = before[at] ?? one;
  return way;
}
