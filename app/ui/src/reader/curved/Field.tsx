import { useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from "react";
import type { Shape } from "../pure/curve";
import type { Point } from "../pure/curved/spline";
import type { Edges } from "../pure/marks";
import { EdgeLetters } from "../Overlay";
import { viewOf, type Look, type View } from "./look";
import { painted, type Picture } from "./picture";
import { useGestures, type Doing } from "./useGestures";

/** What all views of a curved reformat share. */
export interface Shared extends Pick<Doing, "tool" | "window" | "onWindow"> {
  invert: boolean;
  /** How values of the window become grey. */
  shape: Shape;
}

/** A picture with what is drawn over it in mm. */
export function Field({
  name,
  label,
  picture,
  shared,
  look,
  onLook,
  onScroll,
  press,
  edges,
  children,
}: {
  /** For styles and tests. */
  name: string;
  label: string;
  picture: Picture | null;
  shared: Shared;
  look: Look;
  edges: Edges;
  children: (view: View) => ReactNode;
} & Pick<Doing, "onLook" | "onScroll" | "press">): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [box, setBox] = useState<Point>([1, 1]);
  const { window, invert, shape, tool, onWindow } = shared;
  const bitmap = useMemo(
    () => picture && painted(picture, window, invert, shape),
    [picture, window, invert, shape],
  );
  const view = viewOf(box, picture ? sizeOf(picture) : [1, 1], look);
  const gestures = useGestures({ tool, view, look, onLook, window, onWindow, onScroll, press });

  useEffect(() => {
    if (!canvas.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      setBox([Math.max(width, 1), Math.max(height, 1)]);
    });
    observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const sharp = devicePixelRatio;
    canvas.current.width = Math.round(box[0] * sharp);
    canvas.current.height = Math.round(box[1] * sharp);
    if (!bitmap || !picture) return;
    const [width, height] = sizeOf(picture);
    const scale = sharp / view.px;
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, -view.left * scale, -view.top * scale, width * scale, height * scale);
  }, [bitmap, picture, box, view.left, view.top, view.px]);

  return (
    <div className={`along field-${name}`} data-view={name} data-drawn={picture !== null}>
      <canvas className="field-picture" ref={canvas} />
      <svg
        className="field-over"
        role="group"
        aria-label={label}
        viewBox={`${view.left} ${view.top} ${view.width} ${view.height}`}
        preserveAspectRatio="none"
        {...gestures}
      >
        {picture && children(view)}
      </svg>
      {picture && <EdgeLetters edges={edges} />}
    </div>
  );
}

function sizeOf({ columns, rows, pixel }: Picture): Point {
  return [columns * pixel[0], rows * pixel[1]];
}
