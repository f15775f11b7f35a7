import { Enums, type Types } from "@cornerstonejs/core";
import { FINEST, levelWithin, LEVELS, noted, NOTHING_TAKEN } from "../pure/effort";
import { RESTING, TURNING } from "../pure/effort";
import type { Eye } from "../pure/orbit";
import { after, nextPicture, paced } from "./pace";
import { drawAt } from "./recipe";
import { engine } from "./start";

const { Events } = Enums;

/** How long nothing must have moved before it is drawn finely, in ms. */
const RESTS = 300;

/** At rest it is seen in light, whatever that takes. */
const LEAST_AT_REST = 1;

/** Where a body is drawn, as finely as the device manages. */
export interface Canvas {
  viewport: Types.IVolumeViewport;
  /** It is looked at from elsewhere, or drawn otherwise: coarsely at once, finely when it rests. */
  moved: (to: Eye & { parallelScale: number }) => void;
  /** Whether it is drawn in light. */
  light: (lit: boolean) => void;
  /** Told after each picture; of one at rest, whether it is coarser than the volume. */
  told: (of: { still: boolean; coarse?: boolean }) => void;
  end: () => void;
}

/**
 * A canvas in an element, which is made as small as its level says and stretched over its parent: the fewer pixels, the
 * fewer rays. `make` makes the viewport in it.
 */
export async function canvasFor(
  element: HTMLDivElement,
  make: () => Promise<Types.IVolumeViewport>,
): Promise<Canvas> {
  stretch(element, LEVELS[0]?.scale ?? 1);
  const viewport = await make();
  let camera: (Eye & { parallelScale: number }) | null = null;
  let lit = true;
  let taken = NOTHING_TAKEN;
  /** The first picture is no measure: the volume is handed over. */
  let isFirst = true;
  /** What is drawn, and since when; 0 when nothing is waited for. */
  let now = { level: 0, finely: false, begun: 0 };

  const draw = (level: number, finely: boolean) => {
    const chosen = LEVELS[level];
    if (!camera || !chosen) return;
    stretch(element, chosen.scale);
    engine().resize(false, true);
    drawAt(viewport, chosen, lit);
    now = { level, finely, begun: performance.now() };
    // Draws it too.
    viewport.setCamera(camera);
  };
  const restLevel = () => levelWithin(taken, RESTING, lit, LEAST_AT_REST);
  const resting = paced(() => draw(restLevel(), true), after(RESTS));
  const moving = paced(() => draw(levelWithin(taken, TURNING, lit), false), nextPicture);
  const drawn = () => {
    const { level, finely, begun } = now;
    if (begun === 0) return;
    now.begun = 0;
    if (!isFirst) taken = noted(taken, level, performance.now() - begun);
    isFirst = false;
    if (!finely) {
      canvas.told({ still: false });
      return;
    }
    // Better may be within reach by what was measured just now.
    const better = restLevel() > level;
    if (better) resting.ask();
    canvas.told({ still: !better, coarse: level < FINEST });
  };
  const moved: Canvas["moved"] = (to) => {
    camera = to;
    resting.stop();
    moving.ask();
    resting.ask();
  };
  element.addEventListener(Events.IMAGE_RENDERED, drawn);
  const observer = new ResizeObserver(() => {
    if (camera) moved(camera);
  });
  if (element.parentElement) observer.observe(element.parentElement);
  const canvas: Canvas = {
    viewport,
    moved,
    light: (on) => {
      if (on !== lit) taken = NOTHING_TAKEN;
      lit = on;
    },
    told: () => undefined,
    end: () => {
      resting.stop();
      moving.stop();
      observer.disconnect();
      element.removeEventListener(Events.IMAGE_RENDERED, drawn);
      engine().disableElement(viewport.id);
    },
  };
  return canvas;
}

/** Makes an element so many times smaller than its parent, and shows it as large. */
function stretch({ style }: HTMLElement, scale: number): void {
  const share = `${100 / scale}%`;
  if (style.width === share) return;
  style.inset = "0 auto auto 0";
  style.width = share;
  style.height = share;
  style.transformOrigin = "0 0";
  style.transform = scale === 1 ? "" : `scale(${scale})`;
}
