import type { Types } from "@cornerstonejs/core";
import type { Window } from "../../backend/dicomweb";
import type { Command } from "../pure/keys";
import type { Triple } from "../pure/dicom";
import { sameImage, type Seen } from "../pure/live/look";
import { planeThrough } from "../pure/live/plane";
import { frameOf, inDrawing, lookAs, placeUnder, seenIn, type Drawn, type LivePane } from "./live";
import { PLANES, type Plane } from "./planes";
import { addressOf } from "./source";
import { crossingOf, moveCrossing } from "./tools";

/** What three sections through one volume give to a live consult. */
export interface Sections {
  /** The tools' group, which knows where the sections cross. */
  group: string;
  /** The first of them stands for all. */
  imageIds: readonly string[];
  elements: Record<Plane, HTMLElement>;
  view: (plane: Plane) => Types.IVolumeViewport;
  /** The plane that is worked in, and the window of all; null until there is something to see. */
  now: () => { worked: Plane; window: Window | null } | null;
  choose: (plane: Plane) => void;
  run: (command: Command) => void;
}

/** Farther apart than so, in mm, two points are not the same. */
const FAR = 0.1;

/** Three sections in a live consult. Planes that were turned out of the body's directions are told as if they were not. */
export function liveMpr(sections: Sections): LivePane {
  const { group, imageIds, elements, view, now: told, choose, run } = sections;
  const windowing = {
    window: () => told()?.window ?? null,
    setWindow: (window: Window) => run({ do: "window", window }),
  };
  const drawn = (plane: Plane, point: Triple): Drawn | null => {
    const data = view(plane).getImageData();
    const bounds = data?.imageData.getBounds();
    if (!bounds) return null;
    return {
      viewport: view(plane),
      element: elements[plane],
      plane: planeThrough(plane, bounds, point),
      windowing,
    };
  };
  const here = (plane: Plane): { drawn: Drawn; point: Triple } | null => {
    const point = told() ? crossingOf(group) : null;
    const found = point && drawn(plane, point);
    return found && { drawn: found, point };
  };
  const seenOf = (plane: Plane): Seen | null => {
    const now = here(plane);
    return (
      now && seenIn(now.drawn, { ...addressOf(imageIds[0] ?? ""), view: plane, point: now.point })
    );
  };
  const show = (wanted: Seen): boolean => {
    const plane = planeNamed(wanted.view);
    const before = plane && here(plane);
    if (!plane || !before || !wanted.point) return false;
    choose(plane);
    if (wanted.point.some((mm, at) => Math.abs(mm - (before.point[at] ?? 0)) > FAR))
      moveCrossing(group, wanted.point);
    for (const other of PLANES) {
      const now = seenOf(other);
      if (now && other !== plane && now.invert !== wanted.invert) {
        view(other).setProperties({ invert: wanted.invert });
        view(other).render();
      }
    }
    const [after, now] = [here(plane), seenOf(plane)];
    if (after && now) lookAs(after.drawn, now, wanted);
    return true;
  };
  return {
    seen: () => {
      const now = told();
      return now && seenOf(now.worked);
    },
    show,
    frame: (other) => {
      const plane = planeNamed(other.view);
      const now = plane && seenOf(plane);
      return now && sameImage(now, other) ? frameOf(elements[plane]) : null;
    },
    inFrame: (other, place) => {
      const plane = planeNamed(other.view);
      const now = plane && here(plane);
      return now ? inDrawing(now.drawn, place) : [0, 0];
    },
    placeAt: (x, y) => {
      const plane = told()?.worked;
      const now = plane ? here(plane) : null;
      return now && placeUnder(now.drawn, x, y);
    },
  };
}

function planeNamed(view: Seen["view"]): Plane | null {
  return PLANES.find((plane) => plane === view) ?? null;
}
