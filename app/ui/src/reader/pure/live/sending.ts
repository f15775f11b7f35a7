/** At most so often, in ms, others are told what is looked at: 20 times a second. */
export const GAP_MS = 50;
/** As often the same is said again, in ms, so that one is not taken for gone. */
export const REPEAT_MS = 10_000;

/** In how many ms something is to be said: at once, or after the gap, when there is something new; else to be heard of. */
export function nextIn({ changed, since }: { changed: boolean; since: number }): number {
  return Math.max((changed ? GAP_MS : REPEAT_MS) - since, 0);
}
