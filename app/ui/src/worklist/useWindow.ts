import { defaultRangeExtractor, useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

/** A row before it was drawn, and the head of the table, px. */
const ROW = 130;
const HEAD = 42;
/** Rows that are drawn above and below those that are seen. */
const AROUND = 10;
/** So many are simply all drawn: then the browser finds and prints them too. */
const ALL = 50;

/** The part of a long list that is drawn. */
export interface Window {
  items: VirtualItem[];
  /** Where the first row begins and the last ends, px. */
  begin: number;
  end: number;
  measure: (row: HTMLElement | null) => void;
  /** The focus has come to a row. It stays drawn from then on, so that the focus is not lost when it is scrolled away. */
  reach: (row: number) => void;
  /** Brings the focus to a row, when it is here. */
  go: (row: number) => void;
}

/** Of a list of so many in a frame that scrolls; another list, by its name, is looked at from its beginning. */
export function useWindow(
  frame: RefObject<HTMLElement | null>,
  count: number,
  list: string,
): Window {
  const [reached, setReached] = useState<number | null>(null);
  const [looked, setLooked] = useState(list);
  if (looked !== list) {
    setLooked(list);
    setReached(null);
  }
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler memoises what is here
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    paddingStart: HEAD,
    // Drawn with what else is drawn: React must not be made to draw while it draws.
    useFlushSync: false,
    overscan: count <= ALL ? count : AROUND,
    rangeExtractor: (range) => {
      const rows = defaultRangeExtractor(range);
      if (reached === null || reached >= count || rows.includes(reached)) return rows;
      return [...rows, reached].sort((a, b) => a - b);
    },
  });
  const wanted = useFocus(frame);
  const { scrollToOffset } = virtual;
  useEffect(() => scrollToOffset(0), [list, scrollToOffset]);
  const go = useCallback(
    (row: number) => {
      wanted(row);
      // It is drawn from now on, where it stands: the browser scrolls to it.
      setReached(row);
    },
    [wanted],
  );
  return {
    items: virtual.getVirtualItems(),
    begin: HEAD,
    end: virtual.getTotalSize(),
    measure: virtual.measureElement,
    reach: setReached,
    go,
  };
}

/** Focuses the link of a row as soon as it is drawn, unless somebody went elsewhere meanwhile. */
function useFocus(frame: RefObject<HTMLElement | null>): (row: number) => void {
  const wanted = useRef<{ row: number; from: Element | null } | null>(null);
  useEffect(() => {
    if (wanted.current === null) return;
    const { row, from } = wanted.current;
    const at = document.activeElement;
    if (at !== from && at !== document.body) {
      wanted.current = null;
      return;
    }
    const drawn = frame.current?.querySelector(`tr[data-index="${row}"]`);
    const link = drawn?.querySelector("a");
    if (!drawn || !link) return;
    wanted.current = null;
    link.focus({ preventScroll: true });
    drawn.scrollIntoView({ block: "nearest" });
  });
  return useCallback((row) => {
    wanted.current = { row, from: document.activeElement };
  }, []);
}
