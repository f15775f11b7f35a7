import type { TFunction } from "i18next";
import { curvedLength, far } from "../pure/curved/distances";
import type { Place } from "../pure/curved/grid";
import { MOST_LINES, type CurvedView, type Line } from "../pure/curved/plan";
import type { Point } from "../pure/curved/spline";
import { lengthText } from "../pure/measures";
import type { Press } from "./useGestures";
import { changePlan, newName } from "./usePlan";

/** Begins a line where somebody presses, and draws it on while the press goes on. */
export function measureFrom(
  series: string,
  view: CurvedView,
  along: number,
  from: Point,
  placeOf: (at: Point) => Place,
): Press {
  const id = newName();
  const line = (to: Point): Line => ({
    id,
    view,
    along,
    ends: [from, to],
    places: [placeOf(from), placeOf(to)],
  });
  return {
    move: (to) =>
      changePlan(series, ({ lines }) => ({
        lines: [...lines.filter((one) => one.id !== id), line(to)].slice(-MOST_LINES),
      })),
    end: () =>
      changePlan(series, ({ lines }) => ({
        lines: lines.filter((one) => one.id !== id || far(...one.places) > 0.01),
      })),
  };
}

/** What a line measures, each length with its name. */
export function lineWords(t: TFunction<"curved">, line: Line): string {
  const { arc, straight } = curvedLength(...line.ends, line.places);
  if (line.view !== "arch") return lengthText(straight, "object");
  return t("lengths", {
    arc: lengthText(arc, "object"),
    straight: lengthText(straight, "object"),
  });
}
