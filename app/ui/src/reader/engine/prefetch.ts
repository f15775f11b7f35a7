import { imageLoader, type Types } from "@cornerstonejs/core";
import { strideOrder } from "../pure/order";

/** The browser has six connections to the node; what is looked at next must not wait for what may be. */
const AT_ONCE = 3;
/** Most bytes of samples that are fetched ahead. */
const MOST = 1_200_000_000;

/** Fetches a series ahead, coarse first. `arrived` is told how many are here, and which came, counted from 0. */
export function fetchAhead(
  imageIds: readonly string[],
  first: number,
  arrived: (count: number, image: Types.IImage, at: number) => void,
): () => void {
  const order = strideOrder(imageIds.length, first);
  const left = new AbortController();
  let [next, count, bytes] = [0, 0, 0];
  const isWanted = () => !left.signal.aborted;
  const work = async () => {
    while (isWanted() && bytes < MOST) {
      const at = order[next++] ?? -1;
      const id = imageIds[at];
      if (id === undefined) return;
      try {
        const image = await imageLoader.loadAndCacheImage(id);
        bytes += image.sizeInBytes;
        count += 1;
        if (isWanted()) arrived(count, image, at);
      } catch {
        // Whoever scrolls there is told why.
      }
    }
  };
  for (let worker = 0; worker < AT_ONCE; worker++) void work();
  return () => {
    left.abort();
  };
}
