import { useState } from "react";

/** What a long list is narrowed to. Whoever narrows it begins again at its first page. */
export function useFilter<F extends { offset: number }>(first: F) {
  const [filter, setFilter] = useState(first);
  return {
    filter,
    narrow: (change: Partial<F>) => setFilter((now) => ({ ...now, offset: 0, ...change })),
    move: (offset: number) => setFilter((now) => ({ ...now, offset })),
    reset: () => setFilter(first),
  };
}
