import type { ReactElement } from "react";
import type { Place } from "../pure/curved/grid";
import { betweenPlaces, type Canal, type Implant } from "../pure/curved/planning";
import type { Point } from "../pure/curved/spline";
import type { View } from "./look";

/** A canal's tube as it is seen from one side. */
export function Tube({
  points,
  canal,
  view,
}: {
  points: readonly Point[];
  canal: Canal;
  view: View;
}): ReactElement {
  return (
    <>
      <polyline
        className="canal-tube"
        points={points.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ")}
        strokeWidth={canal.diameter}
      />
      {points.map(([x, y], at) => (
        <circle key={at} className="canal-point" cx={x} cy={y} r={2 * view.px} />
      ))}
    </>
  );
}

/** An implant's cylinder as it is seen from one side. */
export function Rod({
  from,
  to,
  implant,
}: {
  from: Point;
  to: Point;
  implant: Implant;
}): ReactElement {
  const ends = { x1: from[0], y1: from[1], x2: to[0], y2: to[1] };
  return (
    <>
      <line className="implant-body" {...ends} strokeWidth={implant.diameter} />
      <line className="implant-axis" {...ends} />
    </>
  );
}

/** Where a line of places meets a plane, from which `away` says the distance. */
export function cuts(points: readonly Place[], away: (place: Place) => number): Place[] {
  return points.slice(1).flatMap((to, at) => {
    const from = points[at];
    if (!from) return [];
    const [a, b] = [away(from), away(to)];
    if (a === b || a * b > 0) return [];
    return [betweenPlaces(from, to, a / (a - b))];
  });
}
