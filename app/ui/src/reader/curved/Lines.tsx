import type { ReactElement } from "react";
import type { Line } from "../pure/curved/plan";
import type { View } from "./look";

/** Sizes of what is drawn, in pixels of the screen. */
const TEXT = 14;
/** In a view that is narrower, words begin at its edge, so that they are read to their end. */
const NARROW = 320;

/** Measured lines with what they measure. */
export function Lines({
  lines,
  view,
  words,
}: {
  lines: readonly Line[];
  view: View;
  words: (line: Line) => string;
}): ReactElement {
  return (
    <g className="measured">
      {lines.map((line) => {
        const [[x1, y1], [x2, y2]] = line.ends;
        return (
          <g key={line.id}>
            <line x1={x1} y1={y1} x2={x2} y2={y2} />
            <circle cx={x1} cy={y1} r={3 * view.px} />
            <circle cx={x2} cy={y2} r={3 * view.px} />
            <Text x={(x1 + x2) / 2} y={(y1 + y2) / 2} view={view}>
              {words(line)}
            </Text>
          </g>
        );
      })}
    </g>
  );
}

/** Words beside a place, on a ground that is read on enamel as on air. */
export function Text({
  x,
  y,
  view,
  children,
}: {
  x: number;
  y: number;
  view: View;
  children: string;
}): ReactElement {
  const narrow = view.width < NARROW * view.px;
  return (
    <text
      className="field-text"
      x={narrow ? view.left + 6 * view.px : x + 8 * view.px}
      y={y - 8 * view.px}
      fontSize={TEXT * view.px}
      strokeWidth={4 * view.px}
    >
      {children}
    </text>
  );
}
