import { Enums, setVolumesForViewports, volumeLoader, type Types } from "@cornerstonejs/core";
import type { ImageFacts, Triple } from "../pure/dicom";
import type { Command } from "../pure/keys";
import { fromTheFront, rolled, shifted, turned, type Eye } from "../pure/orbit";
import { RENDERINGS, recipeOf, refusedFor } from "../pure/rendering";
import type { NotRendered, Rendering } from "../pure/rendering";
import { canvasFor, type Canvas } from "./canvas";
import type { LivePane } from "./live";
import { cook } from "./recipe";
import { seriesFacts } from "./source";
import { engine, longestTexture } from "./start";
import { edgesIn, NOTHING, type OpenPane, type PaneState } from "./view";

/** What a volume that is drawn as a body tells of itself. */
export interface RenderedState extends PaneState {
  rendering: Rendering;
  /** How far the threshold was moved, in Hounsfield units or their equal. */
  shift: number;
  /** Whether it is drawn as finely as this device does; false while it moves. */
  still: boolean;
  /** The device draws it more coarsely than its voxels are. */
  coarse: boolean;
  refused: NotRendered | null;
}

export const NOT_RENDERED: RenderedState = {
  ...NOTHING,
  rendering: "bone",
  shift: 0,
  still: false,
  coarse: false,
  refused: null,
};

export interface OpenRendered extends OpenPane {
  /** Turns to the right and downwards, in radians. */
  turn: (across: number, over: number) => void;
  /** Moves to the right and downwards, in pixels of the screen. */
  pan: (right: number, down: number) => void;
  zoom: (by: number) => void;
  choose: (rendering: Rendering) => void;
  shift: (by: number) => void;
}

/** How often arriving slices are counted, in ms. */
const COUNTED = 250;
/** Mm from what is looked at to the eye: beyond any head. The view is parallel, so that it says nothing else. */
const AWAY = 1_000;
/** How much smaller and larger than whole it is seen. */
const ZOOM = { least: 0.3, most: 20 };

/** A body is looked at by oneself: a live consult has no words for how it is turned. */
const ALONE: LivePane = {
  seen: () => null,
  show: () => false,
  frame: () => null,
  inFrame: () => [0, 0],
  placeAt: () => null,
};

/** What Cornerstone's streaming volumes have; their own type leaves it out. */
interface Arriving extends Types.IImageVolume {
  framesLoaded: number;
  loadStatus: { loaded: boolean };
  load: () => void;
}

/**
 * Draws a volume as a body, once all of it is here. The graphics device holds one copy of it, the same that sections
 * through it are cut from.
 */
export function openRendered(
  element: HTMLDivElement,
  id: string,
  imageIds: string[],
  changed: (state: RenderedState) => void,
): OpenRendered {
  let state: RenderedState = { ...NOT_RENDERED, total: imageIds.length };
  let canvas: Canvas | null = null;
  let eye: Eye = fromTheFront([0, 0, 0], AWAY);
  let [home, scale] = [{ eye, scale: 1 }, 1];
  const left = new AbortController();
  const isOpen = () => !left.signal.aborted;
  const tell = (part: Partial<RenderedState>) => {
    if (!isOpen()) return;
    state = { ...state, ...part };
    changed(state);
  };
  const moved = () => canvas?.moved({ ...eye, parallelScale: scale });
  const recook = () => {
    const { facts, rendering, shift } = state;
    if (!canvas || !facts) return;
    cook(canvas.viewport, recipeOf(rendering, facts, [0, 2 ** facts.bitsStored - 1], shift));
    canvas.light(rendering !== "mip");
    moved();
  };
  const look = (change: (eye: Eye) => Eye) => {
    eye = change(eye);
    moved();
  };
  const reset = () => {
    ({ eye, scale } = home);
    moved();
  };

  const show = async (volume: Arriving, facts: ImageFacts) => {
    const drawing = engine();
    const made = await canvasFor(element, async () => {
      drawing.enableElement({
        viewportId: id,
        type: Enums.ViewportType.VOLUME_3D,
        element,
        defaultOptions: { parallelProjection: true, background: [0.02, 0.02, 0.03] },
      });
      await setVolumesForViewports(drawing, [{ volumeId: volume.volumeId }], [id]);
      return drawing.getViewport<Types.IVolumeViewport>(id);
    });
    if (!isOpen()) {
      made.end();
      return;
    }
    made.told = (part) => tell({ ...part, edges: edgesIn(made.viewport, facts) });
    canvas = made;
    eye = fromTheFront(middleOf(volume), AWAY);
    const size = volume.dimensions.map((count, axis) => count * (volume.spacing[axis] ?? 1));
    scale = 0.6 * Math.max(...size);
    home = { eye, scale };
    recook();
  };
  const open = async () => {
    engine();
    const [facts] = await seriesFacts(imageIds);
    const [first = ""] = imageIds;
    if (!facts || !isOpen()) return;
    const refused = refusedFor(facts, imageIds.length, longestTexture());
    tell({ facts, refused });
    if (refused) return;
    const volumeId = `cornerstoneStreamingImageVolume:${first}`;
    const volume = (await volumeLoader.createAndCacheVolume(volumeId, { imageIds })) as Arriving;
    volume.load();
    // Drawn while it arrives, it would be drawn anew for every few slices, each time for long.
    while (!volume.loadStatus.loaded && isOpen()) {
      tell({ loaded: volume.framesLoaded });
      await new Promise((go) => setTimeout(go, COUNTED));
    }
    tell({ loaded: imageIds.length });
    if (isOpen()) await show(volume, facts);
  };
  open().catch((problem: unknown) => tell({ problem }));

  const zoom = (by: number) => {
    scale = Math.min(Math.max(scale / by, home.scale / ZOOM.most), home.scale / ZOOM.least);
    moved();
  };
  const turn = (across: number, over: number) => look((old) => turned(old, across, over));
  const choose = (rendering: Rendering) => {
    tell({ rendering });
    recook();
  };
  const run = (command: Command) => {
    const degrees = Math.PI / 180;
    if (command.do === "turn") turn(command.across * degrees, command.over * degrees);
    else if (command.do === "zoom") zoom(command.by);
    else if (command.do === "rotate") look((old) => rolled(old, Math.PI / 2));
    else if (command.do === "reset") reset();
    else if (command.do === "preset") {
      const rendering = RENDERINGS[command.index];
      if (rendering) choose(rendering);
    }
  };
  return {
    run,
    live: ALONE,
    turn,
    zoom,
    choose,
    pan: (right, down) => {
      const pixel = (2 * scale) / Math.max(element.parentElement?.clientHeight ?? 1, 1);
      look((old) => shifted(old, right * pixel, down * pixel));
    },
    shift: (shift) => {
      tell({ shift });
      recook();
    },
    close: () => {
      left.abort();
      canvas?.end();
    },
  };
}

function middleOf({ imageData, dimensions }: Types.IImageVolume): Triple {
  const at = dimensions.map((count) => (count - 1) / 2) as Triple;
  const [x, y, z] = imageData?.indexToWorld(at) ?? at;
  return [x ?? 0, y ?? 0, z ?? 0];
}
