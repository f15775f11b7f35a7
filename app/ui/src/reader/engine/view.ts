import type { Types } from "@cornerstonejs/core";
import type { Window } from "../../backend/dicomweb";
import type { ImageFacts } from "../pure/dicom";
import type { Command } from "../pure/keys";
import { edgesOf, type Edges } from "../pure/marks";
import { spanOfCurve, STRAIGHT, type Shape } from "../pure/curve";
import type { Preset, PresetName } from "../pure/presets";
import { bend } from "./bend";
import type { LivePane } from "./live";
import { engine } from "./start";
import { removeLastMeasurement } from "./tools";

/** What a pane tells of itself. */
export interface PaneState {
  facts: ImageFacts | null;
  /** Counted from 0. */
  index: number;
  total: number;
  /** Frames that are here. */
  loaded: number;
  window: Window | null;
  presets: Preset[];
  preset: PresetName | "own";
  /** Pixels of the screen for one of the image's, as a share. */
  zoom: number;
  edges: Edges;
  flipped: boolean;
  playing: boolean;
  problem: unknown;
}

/** A pane that is open: it does what is commanded, and ends. */
export interface OpenPane {
  run: (command: Command) => void;
  /** How it takes part in a live consult; left out where a view is nobody else's. */
  live?: LivePane;
  close: () => void;
}

export const NOTHING: PaneState = {
  facts: null,
  index: 0,
  total: 0,
  loaded: 0,
  window: null,
  presets: [],
  preset: "own",
  zoom: 1,
  edges: { left: "", right: "", top: "", bottom: "" },
  flipped: false,
  playing: false,
  problem: null,
};

/** Letters at the edges of what a viewport shows, however it is turned. */
export function edgesIn(
  viewport: Pick<Types.IViewport, "canvasToWorld">,
  facts: ImageFacts,
): Edges {
  const world = (x: number, y: number) => viewport.canvasToWorld([x, y]);
  const origin = world(0, 0);
  const towards = (point: Types.Point3) => {
    const vector = point.map((value, at) => value - (origin[at] ?? 0));
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  };
  return edgesOf(facts, towards(world(100, 0)), towards(world(0, 100)));
}

/** The preset that a window is, if it is one. */
export function presetNamed(presets: readonly Preset[], window: Window): PresetName | "own" {
  const near = (a: number, b: number) => Math.abs(a - b) < 0.51;
  const found = presets.find(
    (one) => near(one.window.center, window.center) && near(one.window.width, window.width),
  );
  return found?.name ?? "own";
}

type Viewport = Types.IStackViewport | Types.IVolumeViewport;

/** What both kinds of panes do alike. True when it was one of these commands. */
export function runCommon(viewport: Viewport, command: Command): boolean {
  const camera = viewport.getCamera();
  switch (command.do) {
    case "zoom":
      viewport.setZoom(viewport.getZoom() * command.by);
      break;
    case "invert":
      viewport.setProperties({ invert: viewport.getProperties()?.invert !== true });
      break;
    case "flipHorizontal":
      viewport.setCamera({ flipHorizontal: camera.flipHorizontal !== true });
      break;
    case "flipVertical":
      viewport.setCamera({ flipVertical: camera.flipVertical !== true });
      break;
    case "rotate": {
      const rotation = viewport.getViewPresentation({ rotation: true }).rotation ?? 0;
      viewport.setViewPresentation({ rotation: (rotation + 90) % 360 });
      break;
    }
    case "removeLast":
      removeLastMeasurement();
      break;
    default:
      return false;
  }
  viewport.render();
  return true;
}

/** Shows a window, by a function or table that is not straight too. */
export function setWindow(viewport: Viewport, window: Window, shape: Shape = STRAIGHT): void {
  const curve = { window, ...shape };
  viewport.setProperties({ voiRange: spanOfCurve(curve) });
  bend(viewport, curve);
  viewport.render();
}

/** Pixels of the screen for one of the image's. */
export function scaleOf(viewport: Types.IStackViewport, image: Types.IImage): number {
  const [left] = viewport.worldToCanvas(at(viewport, 0));
  const [right] = viewport.worldToCanvas(at(viewport, image.columns));
  const [, top] = viewport.worldToCanvas(at(viewport, 0));
  const [, bottom] = viewport.worldToCanvas(at(viewport, image.columns));
  return Math.hypot(right - left, bottom - top) / image.columns;
}

function at(viewport: Types.IStackViewport, column: number): Types.Point3 {
  const { origin, direction, spacing } = viewport.getImageData();
  return origin.map(
    (value, axis) => value + (direction[axis] ?? 0) * column * spacing[0],
  ) as Types.Point3;
}

/** Draws anew when the size of the panes changes; once for each picture of the screen. */
export function followSize(element: Element): () => void {
  let waiting = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => {
      engine().resize(true, true);
    });
  });
  observer.observe(element);
  return () => {
    cancelAnimationFrame(waiting);
    observer.disconnect();
  };
}
