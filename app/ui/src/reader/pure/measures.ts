import type { CalibrationKind } from "./calibration";

/** A distance in mm, or in pixels where nothing says how large those are. */
export function lengthText(length: number, kind: CalibrationKind): string {
  return kind === "none" ? `${length.toFixed(1)} px` : `${length.toFixed(2)} mm`;
}

export function areaText(area: number, kind: CalibrationKind): string {
  return kind === "none" ? `${area.toFixed(0)} px²` : `${area.toFixed(2)} mm²`;
}

/** Whole numbers as they are, others with one digit. */
export function valueText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
