import type { Types } from "@cornerstonejs/core";
import type { Window } from "../../backend/dicomweb";
import type { Place } from "../../backend/liveTypes";
import type { Triple } from "../pure/dicom";
import { sameManner, tidy, turnOf, type Seen } from "../pure/live/look";
import { placeIn, worldAt, type Plane } from "../pure/live/plane";

/** A part of a pane in which an image is drawn: pixels of the screen from the pane's upper left corner. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What a live consult sees of a pane, and does in it. */
export interface LivePane {
  /** What is seen now; null until something is drawn. */
  seen: () => Seen | null;
  /** Shows the same as somebody else, as far as it is here by now; false when there is nothing to do but wait. */
  show: (wanted: Seen) => boolean;
  /** Where what she sees is drawn here; null where it is not. */
  frame: (seen: Seen) => Frame | null;
  /** A place of her image, in pixels from the upper left corner of the frame. */
  inFrame: (seen: Seen, place: Place) => Place;
  /** The place of the image under a point of the window. */
  placeAt: (x: number, y: number) => Place | null;
}

type Viewport = Types.IStackViewport | Types.IVolumeViewport;

/** One drawing of a pane with the plane of what it shows. */
export interface Drawn {
  viewport: Viewport;
  element: HTMLElement;
  plane: Plane;
  /** The pane knows by what function values become grey, and so what window that is. */
  windowing: Windowing;
}

/** The window of a pane. */
export interface Windowing {
  window: () => Window | null;
  setWindow: (window: Window) => void;
}

/** How a drawing is looked at. */
function mannerOf({ viewport, element, plane, windowing }: Drawn) {
  const { flipHorizontal, flipVertical } = viewport.getCamera();
  // Cornerstone says that there may be none.
  const invert = (viewport.getProperties() as { invert?: boolean } | null)?.invert;
  const centre = viewport.canvasToWorld([element.clientWidth / 2, element.clientHeight / 2]);
  const [x, y] = placeIn(plane, centre);
  return {
    ...turnOf({
      rotation: viewport.getViewPresentation({ rotation: true }).rotation ?? 0,
      flipHorizontal: flipHorizontal === true,
      flipVertical: flipVertical === true,
    }),
    window: windowing.window(),
    invert: invert === true,
    zoom: viewport.getZoom(),
    pan: [x - 0.5, y - 0.5] as Place,
  };
}

/** Looks at a drawing as somebody else does. `now` is what is seen in it; what is the same already stays untouched. */
export function lookAs(drawn: Drawn, now: Seen, wanted: Seen): void {
  const { viewport, element, plane, windowing } = drawn;
  if (sameManner({ ...now, point: wanted.point }, wanted)) return;
  if (now.invert !== wanted.invert) viewport.setProperties({ invert: wanted.invert });
  if (now.window && wanted.window) windowing.setWindow(wanted.window);
  if (now.flip !== wanted.flip || now.rotation !== wanted.rotation) {
    viewport.setCamera({ flipHorizontal: wanted.flip, flipVertical: false });
    viewport.setViewPresentation({ rotation: wanted.rotation });
  }
  viewport.setZoom(wanted.zoom);
  const middle: Place = [0.5 + wanted.pan[0], 0.5 + wanted.pan[1]];
  const [left, top] = viewport.worldToCanvas(worldAt(plane, middle));
  const [panned, lowered] = viewport.getPan();
  viewport.setPan([
    panned + element.clientWidth / 2 - left,
    lowered + element.clientHeight / 2 - top,
  ]);
  viewport.render();
}

/** What a pane shows, told in the words of a look; rounded, so that a hair's breadth is no change. */
export function seenIn(
  drawn: Drawn,
  what: Pick<Seen, "study" | "series" | "instance" | "frame" | "view"> & { point: Triple | null },
): Seen {
  return tidy({ ...what, ...mannerOf(drawn) });
}

/** Where an element lies in its pane. */
export function frameOf(element: HTMLElement): Frame | null {
  const pane = element.closest(".pane-image")?.getBoundingClientRect();
  const { left, top, width, height } = element.getBoundingClientRect();
  if (!pane || width === 0 || height === 0) return null;
  return { left: left - pane.left, top: top - pane.top, width, height };
}

/** A place of the plane in pixels of the drawing. */
export function inDrawing({ viewport, plane }: Drawn, place: Place): Place {
  return viewport.worldToCanvas(worldAt(plane, place));
}

/** The place of the plane under a point of the window; null when that is not over the drawing. */
export function placeUnder(
  { viewport, element, plane }: Drawn,
  x: number,
  y: number,
): Place | null {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  if (x < left || x >= right || y < top || y >= bottom) return null;
  return placeIn(plane, viewport.canvasToWorld([x - left, y - top]));
}
