/**
 * The order in which slices are fetched: the one looked at, then every eighth, fourth, second, and the rest, so that a
 * coarse volume can be scrolled at once. The order in which the node's packages arrive is the same.
 */
export function strideOrder(total: number, first = Math.floor(total / 2)): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const take = (index: number) => {
    if (index < 0 || index >= total || seen.has(index)) return;
    seen.add(index);
    order.push(index);
  };
  take(first);
  for (const stride of [8, 4, 2, 1]) {
    // Outward from where one looks, so that its surroundings come first in each pass.
    for (let away = stride; away < total + stride; away += stride) {
      take(first + away);
      take(first - away);
    }
  }
  return order;
}

/** Slices that go before all others when somebody scrolls: so many ahead, and so many behind. */
const AHEAD = 16;
const BEHIND = 2;

/** What is fetched next. */
export interface FetchOrder {
  /** Somebody looks at this slice, counted from 0, or wants to. */
  look: (at: number) => void;
  /** Takes the next out; undefined when all were. */
  take: () => number | undefined;
}

/** `strideOrder`, except that what lies before whoever scrolls goes first. */
export function fetchOrder(total: number, first?: number): FetchOrder {
  const order = strideOrder(total, first);
  const left = new Set(order);
  let looked: number | null = null;
  let towards = 1;
  let next = 0;
  const near = (at: number) => {
    for (let away = 0; away <= AHEAD; away++)
      if (left.has(at + away * towards)) return at + away * towards;
    for (let away = 1; away <= BEHIND; away++)
      if (left.has(at - away * towards)) return at - away * towards;
    return undefined;
  };
  return {
    look: (at) => {
      if (looked !== null && at !== looked) towards = Math.sign(at - looked);
      looked = at;
    },
    take: () => {
      let found = looked === null ? undefined : near(looked);
      while (found === undefined && next < order.length) {
        const candidate = order[next++];
        if (candidate !== undefined && left.has(candidate)) found = candidate;
      }
      if (found !== undefined) left.delete(found);
      return found;
    },
  };
}
