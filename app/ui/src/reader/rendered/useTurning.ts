import { useEffect, useRef, type PointerEvent, type RefObject } from "react";
import type { OpenRendered } from "../engine/rendered";
import type { Tool } from "../pure/keys";

type Point = readonly [number, number];

/** Radians for a pixel of a drag: half around across a screen of 1,000. */
const TURN = Math.PI / 1_000;
/** Pixels of a drag that double the size. */
const DOUBLE = 150;
const WHEEL = 1.15;
const MIDDLE = 1;
const SECOND = 2;

/** Mouse, pen and fingers on a body: the tool in hand, the middle button pans, the second and pinching zoom. */
export function useTurning(tool: Tool, pane: RefObject<OpenRendered | null>) {
  const fingers = useRef(new Map<number, Point>());
  const held = useRef<Tool | null>(null);
  const element = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const own = element.current;
    // React listens to wheels passively: the page would scroll along.
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.deltaY !== 0) pane.current?.zoom(event.deltaY < 0 ? WHEEL : 1 / WHEEL);
    };
    own?.addEventListener("wheel", wheel, { passive: false });
    return () => own?.removeEventListener("wheel", wheel);
  }, [pane]);

  const end = (event: PointerEvent) => {
    fingers.current.delete(event.pointerId);
    if (fingers.current.size === 0) held.current = null;
  };
  return {
    ref: element,
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      fingers.current.set(event.pointerId, [event.clientX, event.clientY]);
      held.current = toolOf(event.button, tool);
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const before = fingers.current.get(event.pointerId);
      const open = pane.current;
      if (!before || !open) return;
      const to: Point = [event.clientX, event.clientY];
      if (fingers.current.size >= 2) pinch(open, fingers.current, event.pointerId, to);
      else drag(open, held.current ?? tool, [to[0] - before[0], to[1] - before[1]]);
      fingers.current.set(event.pointerId, to);
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}

function toolOf(button: number, tool: Tool): Tool {
  if (button === MIDDLE) return "pan";
  return button === SECOND ? "zoom" : tool;
}

function drag(pane: OpenRendered, tool: Tool, [right, down]: Point): void {
  if (tool === "pan") pane.pan(right, down);
  else if (tool === "zoom") pane.zoom(2 ** (-down / DOUBLE));
  else pane.turn(right * TURN, down * TURN);
}

/** Two fingers, of which one has moved: their distance zooms, their middle pans. */
function pinch(pane: OpenRendered, fingers: ReadonlyMap<number, Point>, moved: number, to: Point) {
  const from = fingers.get(moved);
  const other = [...fingers].find(([id]) => id !== moved)?.[1];
  if (!from || !other) return;
  const apart = (at: Point) => Math.max(Math.hypot(at[0] - other[0], at[1] - other[1]), 1);
  pane.zoom(apart(to) / apart(from));
  pane.pan((to[0] - from[0]) / 2, (to[1] - from[1]) / 2);
}
