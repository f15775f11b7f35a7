import type { ImageFacts } from "../pure/dicom";
import { gridOf, type NoGrid, type Stack } from "../pure/curved/grid";
import type { Samples } from "../pure/pixels";
import { fetchAhead } from "./prefetch";
import { seriesFacts } from "./source";
import { engine } from "./start";

/** A volume as it arrives. Its samples are those in Cornerstone's cache: they are held once. */
export interface Arrival {
  stack: Stack;
  /** Of any slice; all are alike. */
  facts: ImageFacts;
  loaded: number;
}

/** Between two reports of what has arrived, in ms: each makes the views anew. */
const PAUSE = 500;

/** Fetches the slices of a volume, coarse first, and tells of them as they come. Ends by what it returns. */
export function openSlices(
  imageIds: readonly string[],
  told: (arrival: Arrival) => void,
  failed: (problem: unknown) => void,
): () => void {
  let end: () => void = () => undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const left = new AbortController();
  const isOpen = () => !left.signal.aborted;
  const open = async () => {
    engine();
    const all = await seriesFacts(imageIds);
    const [facts] = all;
    const found = gridOf(all);
    if (!isOpen()) return;
    if ("not" in found || !facts) throw new NotCurved("not" in found ? found.not : "volume");
    const { grid, order } = found;
    const height = new Map(order.map((image, at) => [image, at]));
    const slices: (Samples | undefined)[] = Array.from({ length: grid.slices });
    let loaded = 0;
    const tell = () => {
      waiting = undefined;
      if (isOpen()) told({ stack: { grid, slices: [...slices] }, facts, loaded });
    };
    tell();
    const ahead = fetchAhead(imageIds, Math.floor(imageIds.length / 2), (count, image, at) => {
      const place = height.get(at);
      if (place !== undefined) slices[place] = image.getPixelData() as Samples;
      loaded = count;
      waiting ??= setTimeout(tell, count === imageIds.length ? 0 : PAUSE);
    });
    end = ahead.end;
  };
  open().catch((problem: unknown) => {
    if (isOpen()) failed(problem);
  });
  return () => {
    left.abort();
    clearTimeout(waiting);
    end();
  };
}

/** A series in which no arch can be drawn. */
export class NotCurved extends Error {
  constructor(readonly why: NoGrid) {
    super(`no arch can be drawn: ${why}`);
  }
}
