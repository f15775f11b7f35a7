import type { KeyboardEvent, PointerEvent, ReactElement } from "react";
import type { Point } from "../pure/curved/spline";
import type { View } from "./look";

/** Pixels of the screen: what is seen, and what is grasped (WCAG 2.2, 2.5.8). */
const SEEN = 5;
const GRASPED = 12;
/** Steps of an arrow key in mm, and with Shift. */
const STEP = 0.5;
const LARGE = 2;

const ARROWS: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A point that is drawn along with the mouse, a finger, or arrow keys, and taken away by Delete. */
export function Handle({
  at,
  view,
  label,
  onMove,
  onRemove,
}: {
  at: Point;
  view: View;
  label: string;
  onMove: (to: Point) => void;
  onRemove?: (() => void) | undefined;
}): ReactElement {
  const down = (event: PointerEvent<SVGGElement>) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent<SVGGElement>) => {
    const svg = event.currentTarget.ownerSVGElement;
    if (!svg || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    event.stopPropagation();
    const { left, top } = svg.getBoundingClientRect();
    onMove([
      view.left + (event.clientX - left) * view.px,
      view.top + (event.clientY - top) * view.px,
    ]);
  };
  const key = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    const removes = onRemove && (event.key === "Delete" || event.key === "Backspace");
    if (!arrow && !removes) return;
    // The pane has meanings of its own for these keys.
    event.preventDefault();
    event.stopPropagation();
    if (removes) onRemove();
    else if (arrow) {
      const step = event.shiftKey ? LARGE : STEP;
      onMove([at[0] + step * arrow[0], at[1] + step * arrow[1]]);
    }
  };
  return (
    <g
      className="handle"
      role="button"
      tabIndex={0}
      aria-label={label}
      onPointerDown={down}
      onPointerMove={move}
      onKeyDown={key}
    >
      <circle className="handle-grasp" cx={at[0]} cy={at[1]} r={GRASPED * view.px} />
      <circle className="handle-seen" cx={at[0]} cy={at[1]} r={SEEN * view.px} />
    </g>
  );
}
