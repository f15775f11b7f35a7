import type { Point } from "../pure/curved/spline";

/** What is seen of a picture: how much larger than fitting, and how far its middle was moved, in mm. */
export interface Look {
  zoom: number;
  moved: Point;
}

export const WHOLE: Look = { zoom: 1, moved: [0, 0] };

/** A view in mm of the picture. */
export interface View {
  left: number;
  top: number;
  width: number;
  height: number;
  /** Edge of the screen's pixel in mm. */
  px: number;
}

const ZOOM = { least: 0.5, most: 20 };

/** What a box of so many pixels of the screen shows of a picture of so many mm. */
export function viewOf(box: Point, size: Point, { zoom, moved }: Look): View {
  const px = Math.max(size[0] / box[0], size[1] / box[1]) / zoom;
  const [width, height] = [box[0] * px, box[1] * px];
  return {
    left: size[0] / 2 + moved[0] - width / 2,
    top: size[1] / 2 + moved[1] - height / 2,
    width,
    height,
    px,
  };
}

/** Larger by a factor. */
export function zoomed({ zoom, moved }: Look, by: number): Look {
  return { zoom: Math.min(Math.max(zoom * by, ZOOM.least), ZOOM.most), moved };
}

/** The picture drawn along by so many mm. */
export function panned({ zoom, moved }: Look, by: Point): Look {
  return { zoom, moved: [moved[0] - by[0], moved[1] - by[1]] };
}
