import { useEffect, useRef, useState } from "react";
import { alongArch, type Heights } from "../pure/curved/curtain";
import type { Stack } from "../pure/curved/grid";
import type { Plan } from "../pure/curved/plan";
import type { Path } from "../pure/curved/spline";
import { sampling, type Picture } from "./picture";

/** The panoramic picture over an arch, made anew when the arch, the slab or what has arrived changes. */
export function useUnrolled(
  stack: Stack | null,
  path: Path | null,
  { low, high }: Heights,
  { thickness, blend }: Plan["slab"],
): Picture | null {
  const [picture, setPicture] = useState<Picture | null>(null);
  const last = useRef<Picture | null>(null);
  useEffect(() => {
    if (!stack || !path) return;
    return sampling(
      stack,
      alongArch(stack.grid, path, { low, high }, { thickness, blend }),
      last.current,
      (next) => {
        last.current = next;
        setPicture(next);
      },
    );
  }, [stack, path, low, high, thickness, blend]);
  return path ? picture : null;
}
