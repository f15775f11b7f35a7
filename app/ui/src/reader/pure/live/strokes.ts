import { MOST, type Place, type Stroke } from "../../../backend/liveTypes";

/** A line with the name of the image over which it was drawn. */
export interface Drawn {
  /** `imageKey` of what was seen. */
  over: string;
  points: readonly Place[];
}

/** Nearer to each other than this share of the image, two points are one. */
const NEAR = 0.002;

/** A new line; of too many the oldest goes. */
export function begun(lines: readonly Drawn[], over: string, at: Place): Drawn[] {
  return [...lines, { over, points: [within(at)] }].slice(-MOST.strokes);
}

/** The last line drawn on. The same lines when nothing new came, or when it is as long as it may be. */
export function drawnOn(lines: readonly Drawn[], at: Place): readonly Drawn[] {
  const last = lines.at(-1);
  if (!last || last.points.length >= MOST.points) return lines;
  const [x, y] = within(at);
  const [x0, y0] = last.points.at(-1) ?? [Infinity, Infinity];
  if (Math.hypot(x - x0, y - y0) < NEAR) return lines;
  return [...lines.slice(0, -1), { ...last, points: [...last.points, [x, y]] }];
}

/** The lines that lie over an image. */
export function linesOver(lines: readonly Drawn[], over: string): Stroke[] {
  return lines.filter((one) => one.over === over).map(({ points }) => ({ points: [...points] }));
}

/** What is left when the lines over an image were wiped away. */
export function wiped(lines: readonly Drawn[], over: string): Drawn[] {
  return lines.filter((one) => one.over !== over);
}

function within([x, y]: Place): Place {
  return [Math.min(Math.max(x, 0), 1), Math.min(Math.max(y, 0), 1)];
}
