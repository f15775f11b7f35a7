import { useEffect, useState } from "react";
import type { ImageAddress } from "../../backend/dicomweb";
import { openSlices, type Arrival } from "../engine/slices";
import { imageIdOf } from "../engine/source";

/** The slices of a series as they arrive; `images` must be stable. */
export function useSlices(images: readonly ImageAddress[]): {
  arrival: Arrival | null;
  problem: unknown;
} {
  const [arrival, setArrival] = useState<Arrival | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => openSlices(images.map(imageIdOf), setArrival, setProblem), [images]);
  return { arrival, problem };
}
