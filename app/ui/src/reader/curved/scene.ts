import type { ImageFacts } from "../pure/dicom";
import type { Heights } from "../pure/curved/curtain";
import { heightOf, type Place, type Stack } from "../pure/curved/grid";
import type { Plan } from "../pure/curved/plan";
import { atLength, type Path, type Point } from "../pure/curved/spline";
import { MOST_CANALS, MOST_IMPLANTS, MOST_POINTS, withPoint } from "../pure/curved/planning";
import type { Shared } from "./Field";
import { changePlan, newName } from "./usePlan";

/** What a press draws, apart from the tools of every pane. */
export type Drawing = "nothing" | "arch" | "canal" | "implant";

/** What all views show together. */
export interface Scene {
  series: string;
  stack: Stack;
  facts: ImageFacts;
  plan: Plan;
  /** Null while there is no arch. */
  path: Path | null;
  heights: Heights;
  marker: { along: number; height: number };
  drawing: Drawing;
  shared: Shared;
  /** Sizes that a new implant has, and the canal that a press draws on. */
  size: { diameter: number; length: number };
  canal: string | null;
  onCanal: (id: string) => void;
}

/** The heights that are looked at, within those of the volume. */
export function heightsOf(stack: Stack, { heights }: Plan): Heights {
  const top = heightOf(stack.grid);
  if (!heights) return { low: 0, high: top };
  const low = Math.min(Math.max(heights.low, 0), top);
  return { low, high: Math.min(Math.max(heights.high, low + 1), top) };
}

/** What the views point at, within what there is. */
export function markerOf(plan: Plan, path: Path | null, { low, high }: Heights): Scene["marker"] {
  const length = path?.length ?? 0;
  const { along, height } = plan.marker;
  return {
    along: Math.min(Math.max(along ?? length / 2, 0), length),
    height: Math.min(Math.max(height ?? (low + high) / 2, low), high),
  };
}

/** Points all views elsewhere. */
export function pointAt(scene: Scene, to: Partial<Scene["marker"]>): void {
  changePlan(scene.series, () => ({ marker: { ...scene.marker, ...to } }));
}

/** What a press at a place draws; whether it drew something. */
export function drawAt(scene: Scene, place: Place): boolean {
  if (scene.drawing === "canal") addToCanal(scene, place);
  else if (scene.drawing === "implant") placeImplant(scene, place);
  else return false;
  return true;
}

function addToCanal({ series, canal, onCanal }: Scene, place: Place): void {
  changePlan(series, ({ canals }) => {
    const drawn = canals.find((one) => one.id === canal);
    if (drawn)
      return {
        canals: canals.map((one) =>
          one === drawn && one.points.length < MOST_POINTS
            ? { ...one, points: withPoint(one.points, place) }
            : one,
        ),
      };
    if (canals.length >= MOST_CANALS) return {};
    const id = newName();
    onCanal(id);
    return { canals: [...canals, { id, points: [place], diameter: 2.5 }] };
  });
}

/** Upright, its head where somebody pressed; into the lower jaw below the middle of what is looked at, else upwards. */
function placeImplant({ series, size, heights }: Scene, head: Place): void {
  const downwards = head[2] < (heights.low + heights.high) / 2;
  changePlan(series, ({ implants }) => ({
    implants: [
      ...implants,
      { id: newName(), head, axis: [0, 0, downwards ? -1 : 1] as Place, ...size },
    ].slice(-MOST_IMPLANTS),
  }));
}

/** A place as a section at `along` has it: how far across the arch, how high, and how far before or behind it. */
export function inSection(path: Path, along: number, [u, v, w]: Place) {
  const { point, across } = atLength(path, along);
  const away: Point = [u - point[0], v - point[1]];
  return {
    off: away[0] * across[0] + away[1] * across[1],
    height: w,
    behind: away[0] * across[1] - away[1] * across[0],
  };
}
