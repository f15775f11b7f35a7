import type { Blend, Heights } from "./curtain";
import type { Place } from "./grid";
import type { Canal, Implant } from "./planning";
import type { Point } from "./spline";

/** The views of a curved reformat. */
export type CurvedView = "axial" | "arch" | "section";

/** A line that was measured in one of the views. */
export interface Line {
  id: string;
  view: CurvedView;
  /** Of a section: where along the arch it is, in mm. */
  along: number;
  /** Its ends in mm from the view's left and upper edges. */
  ends: [Point, Point];
  /** Its ends in the grid. */
  places: [Place, Place];
}

/** What is decided about a volume's curved reformat, and what is drawn in it. */
export interface Plan {
  /** Control points of the arch, from the patient's right to the left. */
  control: Point[];
  /** How they came: looked for and found or not, or drawn by hand; null while nobody has looked. */
  came: "found" | "none" | "drawn" | null;
  /** Null: the whole height. */
  heights: Heights | null;
  slab: { thickness: number; blend: Blend };
  /** Sections: how many, how far apart and how wide, in mm. */
  sections: { count: number; distance: number; width: number };
  /** What all views point at: mm along the arch, mm above the lowest slice; null for the middle. */
  marker: { along: number | null; height: number | null };
  lines: Line[];
  /** The place whose value and distances are told. */
  probe: Place | null;
  canals: Canal[];
  implants: Implant[];
}

export const EMPTY_PLAN: Plan = {
  control: [],
  came: null,
  heights: null,
  slab: { thickness: 10, blend: "mean" },
  sections: { count: 3, distance: 2, width: 20 },
  marker: { along: null, height: null },
  lines: [],
  probe: null,
  canals: [],
  implants: [],
};

/** Most control points and lines: a hand makes no more. */
export const MOST_CONTROLS = 40;
export const MOST_LINES = 100;

/** The plan with another arch. What was measured on the old one is no longer where it was. */
export function withArch(plan: Plan, control: Point[], came: Plan["came"]): Plan {
  const lines = plan.lines.filter((line) => line.view === "axial");
  return { ...plan, control: control.slice(0, MOST_CONTROLS), came, lines };
}

/** A control point more: where somebody clicked, between the two that it lies between, or beyond an end. */
export function withControl(control: readonly Point[], point: Point): Point[] {
  if (control.length < 2) return [...control, point];
  const cost = (at: number) => {
    const [before, after] = [control[at - 1], control[at]];
    const there = (one: Point | undefined) =>
      one ? Math.hypot(one[0] - point[0], one[1] - point[1]) : 0;
    const between = before && after ? Math.hypot(before[0] - after[0], before[1] - after[1]) : 0;
    return there(before) + there(after) - between;
  };
  let best = 0;
  for (let at = 1; at <= control.length; at++) if (cost(at) < cost(best)) best = at;
  return control.toSpliced(best, 0, point);
}
