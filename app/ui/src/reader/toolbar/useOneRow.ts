import { useLayoutEffect, useRef, type RefObject } from "react";

/** With all names, without those of tools, without any but those of menus, without any. */
const LEVELS = ["0", "1", "2", "3"];

/**
 * Keeps a toolbar in one row as long as that can be: `data-compact` of the element says how many names are left out.
 * Measured again when its width or what is in it changes, never for what only changes colour.
 */
export function useOneRow(): RefObject<HTMLDivElement | null> {
  const bar = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = bar.current;
    if (!element) return;
    let width = 0;
    const fit = () => {
      width = element.clientWidth;
      for (const level of LEVELS) {
        element.dataset["compact"] = level;
        if (isOneRow(element)) return;
      }
    };
    fit();
    const sized = new ResizeObserver(() => {
      // Its height is changed by fitting itself.
      if (element.clientWidth !== width) fit();
    });
    sized.observe(element);
    const changed = new MutationObserver(fit);
    changed.observe(element, { childList: true, subtree: true, characterData: true });
    return () => {
      sized.disconnect();
      changed.disconnect();
    };
  }, []);
  return bar;
}

function isOneRow({ children }: HTMLElement): boolean {
  const tops = [...children].map((one) => (one as HTMLElement).offsetTop);
  return tops.every((top) => top === tops[0]);
}
