import type { ImageAddress, Window } from "../backend/dicomweb";
import type { Series, Study } from "../backend/types";

/** Every image of a series in reading order: by instance number, then by frame. */
export function imagesOf(study: Study, series: Series): ImageAddress[] {
  return series.instances
    .filter((instance) => instance.frames > 0)
    .sort((a, b) => (a.number ?? Infinity) - (b.number ?? Infinity))
    .flatMap((instance) =>
      Array.from({ length: instance.frames }, (_, index) => ({
        study: study.study_instance_uid,
        series: series.series_instance_uid,
        instance: instance.sop_instance_uid,
        frame: index + 1,
      })),
    );
}

/** Series that have something to show. */
export function seriesWithImages(study: Study): Series[] {
  return study.series.filter((series) => series.instances.some((one) => one.frames > 0));
}

export type PresetName = "stored" | "bone" | "tooth" | "soft";
export interface Preset {
  name: PresetName;
  window: Window | null;
}

const STORED: Preset = { name: "stored", window: null };

/** Windows in Hounsfield units make sense for CT only; cone-beam values are near enough to start from. */
const CT: readonly Preset[] = [
  STORED,
  { name: "bone", window: { center: 500, width: 2500 } },
  { name: "tooth", window: { center: 1200, width: 4000 } },
  { name: "soft", window: { center: 40, width: 400 } },
];

export function presetsFor(modality: string): readonly Preset[] {
  return modality === "CT" ? CT : [STORED];
}

/** The slice that a key or a wheel step leads to, within the series. */
export function step(index: number, by: number, total: number): number {
  return Math.min(Math.max(index + by, 0), Math.max(total - 1, 0));
}

/** Where a key leads, or null when it is not one of ours. */
export function keyTarget(key: string, index: number, total: number): number | null {
  switch (key) {
    case "ArrowUp":
    case "ArrowLeft":
      return step(index, -1, total);
    case "ArrowDown":
    case "ArrowRight":
      return step(index, 1, total);
    case "PageUp":
      return step(index, -10, total);
    case "PageDown":
      return step(index, 10, total);
    case "Home":
      return 0;
    case "End":
      return step(total, 0, total);
    default:
      return null;
  }
}
