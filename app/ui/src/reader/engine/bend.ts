import type { Types } from "@cornerstonejs/core";
import { nodesOf, type Curve } from "../pure/curve";

/** A function from values to colours, as far as we use it. */
interface Colours {
  getSize: () => number;
  removeAllPoints: () => void;
  addRGBPoint: (value: number, red: number, green: number, blue: number) => void;
}

/** What draws, where it has such a function; without WebGL there is none. */
interface Drawn {
  getProperty?: () => { getRGBTransferFunction?: (component: number) => Colours | null };
}

/**
 * Gives what a viewport draws the shape of a curve. Cornerstone knows windows only: a drag afterwards stretches the curve
 * as it would a straight one.
 */
export function bend(viewport: Types.IStackViewport | Types.IVolumeViewport, curve: Curve): void {
  const nodes = nodesOf(curve);
  const inverted = viewport.getProperties()?.invert === true;
  for (const { actor } of viewport.getActors()) {
    const colours = (actor as unknown as Drawn).getProperty?.().getRGBTransferFunction?.(0);
    // A straight one is where Cornerstone has put it.
    if (!colours || (nodes.length === 2 && colours.getSize() === 2)) continue;
    colours.removeAllPoints();
    for (const [value, grey] of nodes) {
      const shown = inverted ? 1 - grey : grey;
      colours.addRGBPoint(value, shown, shown, shown);
    }
  }
}
