import type { Triple } from "../dicom";
import type { Place } from "./grid";
import { EMPTY_PLAN, MOST_CONTROLS, type Plan } from "./plan";
import { MOST_CANALS, MOST_IMPLANTS, MOST_POINTS, type Canal, type Implant } from "./planning";
import type { Point } from "./spline";

/** What is planned in a series, as the draft of a report keeps it. Places are in its grid, in mm. */
export interface KeptPlan {
  /** Series Instance UID. */
  series: string;
  control: Point[];
  came: Plan["came"];
  canals: Canal[];
  implants: Implant[];
}

/** Most series with a plan, and the longest name: a draft is small. */
const MOST_SERIES = 16;
const LONGEST_NAME = 64;
/** Farther from the grid's corner no place is, and nothing is thicker or longer, in mm. */
const FARTHEST = 2_000;
const LARGEST = 100;

/** What is worth keeping of a plan; null while neither a canal nor an implant is in it. */
export function keptOf(series: string, plan: Plan): KeptPlan | null {
  const { control, came, canals, implants } = plan;
  return canals.length + implants.length > 0 ? { series, control, came, canals, implants } : null;
}

/** The plan with what was kept of it. */
export function withKept(plan: Plan, { control, came, canals, implants }: KeptPlan): Plan {
  // An arch that was found or drawn here since is not thrown away for none.
  const arch = control.length > 0 ? { control, came } : {};
  return { ...plan, ...arch, canals, implants };
}

/** The plan without what a draft would keep; the arch stays. */
export function withoutKept(plan: Plan): Plan {
  const { canals, implants } = EMPTY_PLAN;
  return { ...plan, canals, implants };
}

/** Plans as a draft has them, by whichever version of this page they were written; what is none is left out. */
export function plansFrom(value: unknown): KeptPlan[] {
  return listOf(value, MOST_SERIES, (one) => {
    const series = textOf(one["series"]);
    if (series === null) return null;
    const came = one["came"];
    const plan: KeptPlan = {
      series,
      control: points(one["control"]),
      came: came === "found" || came === "drawn" ? came : null,
      canals: listOf(one["canals"], MOST_CANALS, canalOf),
      implants: listOf(one["implants"], MOST_IMPLANTS, implantOf),
    };
    return plan.canals.length + plan.implants.length > 0 ? plan : null;
  });
}

function canalOf(one: Fields): Canal | null {
  const [id, diameter] = [textOf(one["id"]), sizeOf(one["diameter"])];
  const places = Array.isArray(one["points"]) ? one["points"].slice(0, MOST_POINTS) : [];
  const points = places.map(placeOf);
  if (id === null || diameter === null || points.length === 0) return null;
  return points.every((place) => place !== null) ? { id, diameter, points } : null;
}

function implantOf(one: Fields): Implant | null {
  const [id, head, axis] = [textOf(one["id"]), placeOf(one["head"]), placeOf(one["axis"])];
  const [diameter, length] = [sizeOf(one["diameter"]), sizeOf(one["length"])];
  if (id === null || !head || !axis || diameter === null || length === null) return null;
  const size = Math.hypot(...axis);
  if (size < 1e-6) return null;
  return { id, head, axis: axis.map((share) => share / size) as Triple, diameter, length };
}

type Fields = Record<string, unknown>;

function listOf<T>(value: unknown, most: number, read: (one: Fields) => T | null): T[] {
  const list: unknown[] = Array.isArray(value) ? value.slice(0, most) : [];
  return list.flatMap((one) => {
    const found = typeof one === "object" && one !== null ? read(one as Fields) : null;
    return found === null ? [] : [found];
  });
}

function textOf(value: unknown): string | null {
  const sound = typeof value === "string" && value !== "" && value.length <= LONGEST_NAME;
  return sound ? value : null;
}

function sizeOf(value: unknown): number | null {
  return typeof value === "number" && value > 0 && value <= LARGEST ? value : null;
}

function numbers(value: unknown, count: number): number[] | null {
  const list: unknown[] = Array.isArray(value) && value.length === count ? value : [];
  const sound = list.filter(
    (one): one is number => typeof one === "number" && Math.abs(one) <= FARTHEST,
  );
  return sound.length === count ? sound : null;
}

function placeOf(value: unknown): Place | null {
  return numbers(value, 3) as Place | null;
}

function points(value: unknown): Point[] {
  const list: unknown[] = Array.isArray(value) ? value.slice(0, MOST_CONTROLS) : [];
  return list.flatMap((one) => {
    const point = numbers(one, 2);
    return point ? [point as [number, number]] : [];
  });
}
