import type { Types } from "@cornerstonejs/core";
import type { Window } from "../../backend/dicomweb";
import type { Command } from "../pure/keys";
import { sameImage, type Seen } from "../pure/live/look";
import { planeOfImage } from "../pure/live/plane";
import { frameOf, inDrawing, lookAs, placeUnder, seenIn, type Drawn, type LivePane } from "./live";
import { addressOf, knownFacts } from "./source";
import type { PaneState } from "./view";

/** How long an image is waited for before it is asked for again, in ms. */
const PATIENCE = 1_000;

/** A stack in a live consult, with what it shows now and what it does when it is told to. */
export function liveStack(
  viewport: Types.IStackViewport,
  element: HTMLElement,
  imageIds: readonly string[],
  now: () => PaneState,
  run: (command: Command) => void,
): LivePane {
  /** The image that was asked for last, and when, in ms. */
  let asked = { imageId: "", at: -Infinity };
  const windowing = {
    window: () => now().window,
    setWindow: (wanted: Window) => run({ do: "window", window: wanted }),
  };

  const drawn = (): Drawn | null => {
    const data = viewport.getImageData() as Types.IImageData | Types.CPUIImageData | undefined;
    return data ? { viewport, element, plane: planeOfImage(data), windowing } : null;
  };
  const seen = (): Seen | null => {
    const imageId = viewport.getCurrentImageId() as string | undefined;
    const here = drawn();
    if (imageId === undefined || !here || !now().facts || !knownFacts(imageId)) return null;
    return seenIn(here, { ...addressOf(imageId), view: "stack", point: null });
  };
  return {
    seen,
    show: (wanted) => {
      const [here, own] = [drawn(), seen()];
      if (!here || !own) return false;
      if (sameImage(own, wanted)) {
        lookAs(here, own, wanted);
        return true;
      }
      const imageId = imageIds.find((id) => isOf(id, wanted));
      const at = performance.now();
      // Asked for once, and again when it does not come: the pane tells when it is here.
      if (imageId === undefined || (asked.imageId === imageId && at - asked.at < PATIENCE))
        return false;
      asked = { imageId, at };
      run({ do: "to", index: imageIds.indexOf(imageId) });
      return true;
    },
    frame: (other) => {
      const own = seen();
      return own && sameImage(own, other) ? frameOf(element) : null;
    },
    inFrame: (_, place) => {
      const here = drawn();
      return here ? inDrawing(here, place) : [0, 0];
    },
    placeAt: (x, y) => {
      const here = drawn();
      return here && placeUnder(here, x, y);
    },
  };
}

function isOf(imageId: string, { instance, frame }: Seen): boolean {
  const address = addressOf(imageId);
  return address.instance === instance && address.frame === frame;
}
