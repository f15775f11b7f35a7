import type { ImageReference } from "../../../backend/illustrationTypes";
import type { Candidate } from "../graphics";
import { far } from "./distances";
import { gridOf, type Place } from "./grid";
import type { KeptPlan } from "./kept";
import { apexOf, betweenPlaces, clearance, type Canal } from "./planning";

/** A canal as words tell of it: its number from 1, and lengths in mm. */
export interface CanalTold {
  number: number;
  length: number;
  diameter: number;
}

/** An implant as words tell of it; `canals` are the distances to each canal's wall, below 0 where they meet. */
export interface ImplantTold {
  number: number;
  diameter: number;
  length: number;
  canals: { number: number; distance: number }[];
}

/** What a plan is about, for a report. A canal of one point is no line yet. */
export function told({ canals, implants }: KeptPlan): {
  canals: CanalTold[];
  implants: ImplantTold[];
} {
  return {
    canals: canals.flatMap((canal, at) =>
      canal.points.length < 2
        ? []
        : [{ number: at + 1, length: lengthOf(canal), diameter: canal.diameter }],
    ),
    implants: implants.map((implant, at) => ({
      number: at + 1,
      diameter: implant.diameter,
      length: implant.length,
      canals: canals.flatMap((canal, place) => {
        const distance = clearance(implant, canal);
        return distance === null ? [] : [{ number: place + 1, distance }];
      }),
    })),
  };
}

/** An image that shows what is planned, with the numbers of the implants that it cuts; without any it shows a canal. */
export interface Shown {
  image: ImageReference;
  implants: number[];
}

/**
 * The slices that show a plan: through the middle of each implant, or of the first canal when there is no implant. None
 * when the images make no grid, or do not reach there.
 */
export function slicesShowing(plan: KeptPlan, images: readonly Candidate[]): Shown[] {
  const found = gridOf(images.map((one) => one.facts));
  if ("not" in found) return [];
  const { grid, order } = found;
  const at = ([, , height]: Place): ImageReference | null => {
    const place = order[Math.round(height / grid.spacing[2])];
    return place === undefined ? null : (images[place]?.image ?? null);
  };
  const shown = new Map<string, Shown>();
  plan.implants.forEach((implant, number) => {
    const image = at(betweenPlaces(implant.head, apexOf(implant), 0.5));
    if (!image) return;
    const key = `${image.sop_instance_uid} ${image.frame}`;
    const before = shown.get(key)?.implants ?? [];
    shown.set(key, { image, implants: [...before, number + 1] });
  });
  if (plan.implants.length > 0) return [...shown.values()];
  const [canal] = plan.canals;
  const middle = canal?.points[Math.floor(canal.points.length / 2)];
  const image = middle ? at(middle) : null;
  return image ? [{ image, implants: [] }] : [];
}

function lengthOf({ points }: Canal): number {
  return points.slice(1).reduce((sum, to, at) => sum + far(points[at] ?? to, to), 0);
}
