import { useEffect, useRef } from "react";

/** The browser asks before the page is left or loaded anew while something would be lost by it. */
export function useLeavingWarning(isLost: () => boolean): void {
  const newest = useRef(isLost);
  useEffect(() => {
    newest.current = isLost;
  });
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (newest.current()) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, []);
}
