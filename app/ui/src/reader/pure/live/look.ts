import type { Window } from "../../../backend/dicomweb";
import type { Look, LiveView, Place, Stroke } from "../../../backend/liveTypes";
import type { Triple } from "../dicom";
import type { Mode } from "../hanging";
import { NORMAL } from "./plane";

/** What is seen in a pane, without what somebody does over it. */
export type Seen = Omit<Look, "cursor" | "strokes">;

/** How an image is turned in its pane; Cornerstone's way to say it. */
export interface Turned {
  /** In degrees. */
  rotation: number;
  flipHorizontal: boolean;
  flipVertical: boolean;
}

/** The same in fewer words: up exchanged with down is left exchanged with right, turned by half. */
export function turnOf({ rotation, flipHorizontal, flipVertical }: Turned): {
  rotation: number;
  flip: boolean;
} {
  return {
    flip: flipHorizontal !== flipVertical,
    rotation: modulo(Math.round(rotation + (flipVertical ? 180 : 0)), 360),
  };
}

/** How a pane shows what is seen so. */
export function modeOf(view: LiveView): Mode {
  if (view === "stack") return "stack";
  return view === "panoramic" || view === "section" ? "curved" : "mpr";
}

/** What is said of a view, rounded: a hair's breadth is no change that is told to others. */
export function tidy(seen: Seen): Seen {
  const { window, point } = seen;
  return {
    ...seen,
    window: window && windowOf(window),
    zoom: rounded(clamped(seen.zoom, LEAST_ZOOM, MOST_ZOOM), 3),
    pan: placed(seen.pan, -MOST_PAN, MOST_PAN),
    rotation: modulo(Math.round(seen.rotation), 360),
    point: point && (point.map((mm) => rounded(mm, 2)) as Triple),
  };
}

/** What a view and what is done over it are together. */
export function lookOf(seen: Seen, cursor: Place | null, strokes: readonly Stroke[]): Look {
  return {
    ...tidy(seen),
    cursor: cursor && placed(cursor, 0, 1),
    strokes: strokes.map(({ points }) => ({ points: points.map((one) => placed(one, 0, 1)) })),
  };
}

/** Larger or smaller than so, and farther away, nobody sees anything. */
const [LEAST_ZOOM, MOST_ZOOM, MOST_PAN] = [0.05, 100, 5];

/** Whether two see the same, as far as two screens can show it. */
export function sameSeen(one: Seen, other: Seen): boolean {
  return sameImage(one, other) && sameManner(one, other);
}

/** Whether they see the same image or section, however they look at it. */
export function sameImage(one: Seen, other: Seen): boolean {
  return imageKey(one) === imageKey(other);
}

/**
 * The name of what is seen: a frame, or a section at a height of a volume. A pointer and lines belong to it, and are
 * drawn over nothing else.
 */
export function imageKey({ series, instance, frame, view, point }: Seen): string {
  if (view === "stack") return `${instance}/${frame}`;
  if (view === "panoramic" || view === "section") return `${series}/${view}`;
  const height = point?.[NORMAL[view]] ?? 0;
  return `${series}/${view}/${rounded(height, 1)}`;
}

/** Whether it is looked at in the same way: window, place, size and direction. */
export function sameManner(one: Seen, other: Seen): boolean {
  return (
    one.invert === other.invert &&
    one.flip === other.flip &&
    sameWindow(one.window, other.window) &&
    Math.abs(one.zoom / other.zoom - 1) < 0.01 &&
    near(one.pan, other.pan, 0.01) &&
    modulo(one.rotation - other.rotation + 1, 360) <= 2 &&
    (one.view === "stack" || samePoint(one.point, other.point))
  );
}

function samePoint(one: Triple | null, other: Triple | null): boolean {
  return one === null || other === null ? one === other : near(one, other, 0.3);
}

function sameWindow(one: Window | null, other: Window | null): boolean {
  // Who sees colours has no window, and needs none of another's.
  if (!one || !other) return true;
  return Math.abs(one.center - other.center) < 0.6 && Math.abs(one.width - other.width) < 0.6;
}

function windowOf({ center, width }: Window): Window {
  return { center: rounded(center, 2), width: rounded(width, 2) };
}

function placed([x, y]: Place, least: number, most: number): Place {
  return [rounded(clamped(x, least, most), 4), rounded(clamped(y, least, most), 4)];
}

function near(one: readonly number[], other: readonly number[], far: number): boolean {
  return one.every((value, at) => Math.abs(value - (other[at] ?? 0)) < far);
}

/** Not a number is nothing that others could be told. */
function clamped(value: number, least: number, most: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(value, least), most) : least;
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
