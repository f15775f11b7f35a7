/**
 * What is drawn to look at a display: the parts of the AAPM TG18-QC pattern (as JESRA X-0093 uses it) that are judged by
 * eye. Grey levels from 0 to 255.
 */

export interface Patch {
  x: number;
  y: number;
  width: number;
  height: number;
  level: number;
}

const BACKGROUND = 128;

/** Sixteen greys from black to white, each with a small square four levels lighter and one four levels darker. */
function greys(width: number, height: number): Patch[] {
  const side = Math.floor(Math.min(width, height) / 9);
  const left = Math.floor((width - 4 * side) / 2);
  const top = Math.floor((height - 4 * side) / 2);
  return Array.from({ length: 16 }, (_, index) => {
    // Snaking, so that neighbours are as alike as they can be.
    const row = Math.floor(index / 4);
    const column = row % 2 === 0 ? index % 4 : 3 - (index % 4);
    const level = 8 + 16 * index;
    const [x, y, small] = [left + column * side, top + row * side, Math.floor(side / 4)];
    return [
      { x, y, width: side, height: side, level },
      { x, y, width: small, height: small, level: level - 4 },
      { x: x + side - small, y: y + side - small, width: small, height: small, level: level + 4 },
    ];
  }).flat();
}

/** 5 % in black, and 95 % in white: both small squares must be seen. */
function ends(width: number, height: number): Patch[] {
  const side = Math.floor(Math.min(width, height) / 7);
  const small = Math.floor(side / 2);
  const inset = Math.floor((side - small) / 2);
  const y = Math.floor((height - side) / 2);
  const margin = Math.floor(side / 3);
  return [
    { x: margin, y, width: side, height: side, level: 0 },
    { x: margin + inset, y: y + inset, width: small, height: small, level: 13 },
    { x: width - margin - side, y, width: side, height: side, level: 255 },
    { x: width - margin - side + inset, y: y + inset, width: small, height: small, level: 242 },
  ];
}

/** Lines of one and of two pixels in the corners: a display at its own resolution shows each. */
function lines(width: number, height: number): Patch[] {
  const side = Math.floor(Math.min(width, height) / 10);
  const margin = Math.floor(side / 3);
  const corners = [
    { x: margin, y: margin, step: 1 },
    { x: width - margin - side, y: margin, step: 2 },
    { x: margin, y: height - margin - side, step: 2 },
    { x: width - margin - side, y: height - margin - side, step: 1 },
  ];
  return corners.flatMap(({ x, y, step }, corner) =>
    Array.from({ length: Math.floor(side / (2 * step)) }, (_, line) =>
      corner % 2 === 0
        ? { x: x + 2 * step * line, y, width: step, height: side, level: 255 }
        : { x, y: y + 2 * step * line, width: side, height: step, level: 255 },
    ),
  );
}

/** From black to white in 256 steps, along the top: no band and no jump. */
function ramp(width: number, height: number): Patch[] {
  const across = Math.floor(width * 0.6);
  const left = Math.floor((width - across) / 2);
  const tall = Math.max(Math.floor(height / 16), 1);
  return Array.from({ length: 256 }, (_, level) => {
    const from = left + Math.floor((across * level) / 256);
    const to = left + Math.floor((across * (level + 1)) / 256);
    return {
      x: from,
      y: Math.floor(height / 24),
      width: Math.max(to - from, 1),
      height: tall,
      level,
    };
  });
}

/** The whole pattern, in the order in which it is drawn. */
export function pattern(width: number, height: number): Patch[] {
  return [
    { x: 0, y: 0, width, height, level: BACKGROUND },
    { x: 0, y: 0, width, height: 1, level: 255 },
    { x: 0, y: height - 1, width, height: 1, level: 255 },
    { x: 0, y: 0, width: 1, height, level: 255 },
    { x: width - 1, y: 0, width: 1, height, level: 255 },
    ...ramp(width, height),
    ...ends(width, height),
    ...greys(width, height),
    ...lines(width, height),
  ];
}
