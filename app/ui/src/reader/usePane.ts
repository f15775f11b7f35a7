import { useEffect, useRef, type RefObject } from "react";
import type { OpenPane } from "./engine/view";

/** Opens a pane in its element as long as what it shows stays the same. `open` must be stable. */
export function usePane<Pane extends OpenPane>(
  open: (element: HTMLDivElement) => Pane,
  onOpen: (pane: Pane | null) => void,
): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!element.current) return;
    const pane = open(element.current);
    onOpen(pane);
    return () => {
      onOpen(null);
      pane.close();
    };
  }, [open, onOpen]);
  return element;
}
