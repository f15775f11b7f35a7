import type { ImageAddress, Window } from "../../backend/dicomweb";
import type { LivePane } from "../engine/live";
import { inGrid, toSpace, type Grid } from "../pure/curved/grid";
import { atLength, nearestOn, type Path } from "../pure/curved/spline";
import { sameSeen, tidy, type Seen } from "../pure/live/look";
import { changePlan } from "./usePlan";

/** What is seen along an arch now. */
export interface Along {
  /** The first image of the volume, which stands for all. */
  first: ImageAddress | undefined;
  grid: Grid;
  /** Null while there is no arch. */
  path: Path | null;
  marker: { along: number; height: number };
  window: Window;
  invert: boolean;
  onWindow: (window: Window) => void;
  onInvert: (invert: boolean) => void;
}

/**
 * The views along an arch in a live consult: place, window and colours are shared, each on her own arch. Since two arches
 * may differ, nothing is pointed at or drawn over them.
 */
export function liveCurved(now: () => Along | null): LivePane {
  const seen = (): Seen | null => {
    const here = now();
    if (!here?.path || !here.first) return null;
    const { first, grid, path, marker, window, invert } = here;
    const [u, v] = atLength(path, marker.along).point;
    return tidy({
      ...first,
      view: "panoramic",
      window,
      invert,
      zoom: 1,
      pan: [0, 0],
      rotation: 0,
      flip: false,
      point: toSpace(grid, [u, v, marker.height]),
    });
  };
  return {
    seen,
    show: (wanted) => {
      const [here, before] = [now(), seen()];
      if (!here?.path || !before || !wanted.point || sameSeen(before, wanted)) return false;
      const [u, v, height] = inGrid(here.grid, wanted.point);
      const { along } = nearestOn(here.path, [u, v]);
      changePlan(before.series, () => ({ marker: { along, height } }));
      if (wanted.window) here.onWindow(wanted.window);
      here.onInvert(wanted.invert);
      return true;
    },
    frame: () => null,
    inFrame: () => [0, 0],
    placeAt: () => null,
  };
}
