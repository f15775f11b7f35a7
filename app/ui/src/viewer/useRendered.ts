import { useEffect, useState } from "react";
import { readProblem, unreachable, type Problem } from "../backend/problem";

export interface Rendered {
  /** Address of the newest image that is ready to draw. */
  ready: string | null;
  problem: Problem | null;
}

/**
 * Loads `address` and keeps the last image on the screen until the next is decoded: scrolling must not flicker.
 * An image overtaken by a later one is dropped. `ahead` is loaded afterwards, so that the next step is instant.
 */
export function useRendered(address: string, ahead: readonly string[]): Rendered {
  const [rendered, setRendered] = useState<Rendered>({ ready: null, problem: null });
  const next = ahead.join(" ");
  useEffect(() => {
    let overtaken = false;
    const image = new Image();
    image.onload = () => {
      if (overtaken) return;
      setRendered({ ready: address, problem: null });
      for (const one of next.split(" ").filter(Boolean)) new Image().src = one;
    };
    image.onerror = () => {
      if (overtaken) return;
      void reason(address).then((problem) => {
        if (!overtaken) setRendered({ ready: null, problem });
      });
    };
    image.src = address;
    return () => {
      overtaken = true;
    };
  }, [address, next]);
  return rendered;
}

/** An image element does not tell why it failed: ask once more for the problem document. */
async function reason(address: string): Promise<Problem> {
  try {
    return await readProblem(await fetch(address, { credentials: "same-origin" }));
  } catch {
    return unreachable();
  }
}
