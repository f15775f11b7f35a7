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
