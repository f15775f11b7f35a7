import { imageLoader, type Types } from "@cornerstonejs/core";
import { fetchOrder } from "../pure/order";

/** The browser has six connections to the node; what is looked at next must not wait for what may be. */
const AT_ONCE = 3;
/** Most bytes of samples that are fetched ahead. */
const MOST = 1_200_000_000;

/** A series that is being fetched ahead. */
export interface Ahead {
  /** Somebody looks at this image, counted from 0: its neighbours come before the rest. */
  look: (at: number) => void;
  end: () => void;
}

/** Fetches a series ahead, coarse first. `arrived` is told how many are here, and which came, counted from 0. */
export function fetchAhead(
  imageIds: readonly string[],
  first: number,
  arrived: (count: number, image: Types.IImage, at: number) => void,
): Ahead {
  const order = fetchOrder(imageIds.length, first);
  const left = new AbortController();
  let [count, bytes] = [0, 0];
  const isWanted = () => !left.signal.aborted;
  const work = async () => {
    while (isWanted() && bytes < MOST) {
      const at = order.take() ?? -1;
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
  return { look: order.look, end: () => left.abort() };
}
