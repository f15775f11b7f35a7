import { useRef, type PointerEvent, type WheelEvent } from "react";
import type { Window } from "../../backend/dicomweb";
import type { Point } from "../pure/curved/spline";
import type { Tool } from "../pure/keys";
import { panned, zoomed, type Look, type View } from "./look";

/** A press that goes on: where it moves to, and that it ends. */
export interface Press {
  move: (to: Point) => void;
  end?: () => void;
}

export interface Doing {
  tool: Tool;
  view: View;
  look: Look;
  onLook: (look: Look) => void;
  window: Window;
  onWindow: (window: Window) => void;
  /** Steps of the wheel or of a finger. */
  onScroll: (by: number) => void;
  /** What a press does with tools that draw or point; null for nothing. Places are in mm of the picture. */
  press: (at: Point) => Press | null;
}

type Drag = { move: (event: PointerEvent<SVGSVGElement>) => void; end?: (() => void) | undefined };

/** Pixels of a drag for one step of scrolling. */
const STEP = 12;
const MIDDLE = 1;
const SECOND = 2;

/** Mouse, pen and fingers as everywhere in the reader: the tool, the middle button pans, the second and pinching zooms. */
export function useGestures(doing: Doing) {
  const fingers = useRef(new Map<number, Point>());
  const drag = useRef<Drag | null>(null);

  const place = (event: PointerEvent<SVGSVGElement>): Point => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const { view } = doing;
    return [
      view.left + (event.clientX - left) * view.px,
      view.top + (event.clientY - top) * view.px,
    ];
  };
  const begin = (event: PointerEvent<SVGSVGElement>): Drag | null => {
    if (fingers.current.size === 2) return pinching(doing, fingers.current);
    if (event.button === MIDDLE) return dragging(doing, "pan", event);
    if (event.button === SECOND) return dragging(doing, "zoom", event);
    const simple = dragging(doing, doing.tool, event);
    if (simple) return simple;
    const press = doing.press(place(event));
    return press && { move: (next) => press.move(place(next)), end: press.end };
  };
  return {
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      fingers.current.set(event.pointerId, [event.clientX, event.clientY]);
      drag.current?.end?.();
      drag.current = begin(event);
    },
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => {
      if (!fingers.current.has(event.pointerId)) return;
      fingers.current.set(event.pointerId, [event.clientX, event.clientY]);
      drag.current?.move(event);
    },
    onPointerUp: (event: PointerEvent<SVGSVGElement>) => {
      fingers.current.delete(event.pointerId);
      drag.current?.end?.();
      drag.current = null;
    },
    onPointerCancel: (event: PointerEvent<SVGSVGElement>) => {
      fingers.current.delete(event.pointerId);
      drag.current?.end?.();
      drag.current = null;
    },
    onWheel: (event: WheelEvent) => {
      if (event.deltaY !== 0) doing.onScroll(Math.sign(event.deltaY));
    },
  };
}

/** Dragging that needs no place in the picture. */
function dragging(doing: Doing, tool: Tool, from: PointerEvent): Drag | null {
  const { view, look, window, onLook, onWindow, onScroll } = doing;
  const by = (event: PointerEvent): Point => [
    event.clientX - from.clientX,
    event.clientY - from.clientY,
  ];
  switch (tool) {
    case "pan":
      return {
        move: (event) => {
          const [x, y] = by(event);
          onLook(panned(look, [x * view.px, y * view.px]));
        },
      };
    case "zoom":
      return { move: (event) => onLook(zoomed(look, Math.exp(by(event)[1] / 200))) };
    case "window":
      return {
        move: (event) => {
          const [x, y] = by(event);
          const steep = Math.max(window.width, 50) / 300;
          onWindow({
            center: window.center + y * steep,
            width: Math.max(window.width + x * steep, 1),
          });
        },
      };
    case "scroll": {
      let done = 0;
      return {
        move: (event) => {
          const steps = Math.trunc(by(event)[1] / STEP);
          if (steps !== done) onScroll(steps - done);
          done = steps;
        },
      };
    }
    default:
      return null;
  }
}

/** Two fingers: their distance zooms, their middle pans. */
function pinching({ view, look, onLook }: Doing, fingers: ReadonlyMap<number, Point>): Drag {
  const seen = () => {
    const [one = [0, 0], other = [0, 0]] = [...fingers.values()];
    return {
      middle: [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2] as Point,
      apart: Math.max(Math.hypot(one[0] - other[0], one[1] - other[1]), 1),
    };
  };
  const start = seen();
  return {
    move: () => {
      const { middle, apart } = seen();
      const px = view.px;
      const by: Point = [(middle[0] - start.middle[0]) * px, (middle[1] - start.middle[1]) * px];
      onLook(zoomed(panned(look, by), apart / start.apart));
    },
  };
}
