import i18next from "i18next";
import { calibrationOf, valueUnit, type CalibrationKind } from "../pure/calibration";
import type { ImageFacts } from "../pure/dicom";
import { areaText, lengthText, valueText } from "../pure/measures";
import { knownFacts } from "./source";

/** What Cornerstone computes of a measurement, as far as we show it. */
interface Stats {
  length?: number | null;
  angle?: number | null;
  area?: number | null;
  mean?: number | null;
  stdDev?: number | null;
  min?: number | null;
  max?: number | null;
  value?: number | number[] | null;
}

interface Measured {
  cachedStats: Record<string, Stats | undefined>;
}

/** The facts of what is measured: a stack's image, or any slice of a volume, which all are alike. */
function factsBehind(targetId: string): ImageFacts | undefined {
  const image = targetId.startsWith("imageId:") ? targetId.slice("imageId:".length) : null;
  return image === null ? volumeBehind(targetId)?.facts : knownFacts(image);
}

/** The images in which something is measured: a stack's image, or all slices of a volume. */
export function imagesBehind(targetId: string): readonly string[] {
  return targetId.startsWith("imageId:")
    ? [targetId.slice("imageId:".length)]
    : (volumeBehind(targetId)?.imageIds ?? []);
}

function volumeBehind(targetId: string) {
  return volumes.get(targetId.replace(/^volumeId:/, "").split("?")[0] ?? "");
}

const volumes = new Map<string, { facts: ImageFacts; imageIds: readonly string[] }>();

/** Says what a volume's values and distances are, and of which images it is. */
export function describeVolume(
  volumeId: string,
  facts: ImageFacts,
  imageIds: readonly string[],
): void {
  volumes.set(volumeId, { facts, imageIds });
}

/** The lines beside a measurement. Each number says what it is of: millimetres never without calibration. */
export function textLines(data: Measured, targetId: string): string[] {
  const stats = data.cachedStats[targetId];
  const facts = factsBehind(targetId);
  if (!stats || !facts) return [];
  const kind: CalibrationKind = calibrationOf(facts).kind;
  const unit =
    valueUnit(facts) === "HU" ? i18next.t("reader:unit.HU") : i18next.t("reader:unit.stored");
  const lines: string[] = [];
  if (isNumber(stats.length)) lines.push(qualified(lengthText(stats.length, kind), kind));
  if (isNumber(stats.angle)) lines.push(qualified(`${stats.angle.toFixed(1)}°`, kind));
  if (isNumber(stats.area)) lines.push(qualified(areaText(stats.area, kind), kind));
  if (isNumber(stats.mean))
    lines.push(
      i18next.t("reader:measure.mean", {
        mean: valueText(stats.mean),
        deviation: valueText(stats.stdDev ?? 0),
        unit,
      }),
    );
  if (isNumber(stats.max) && isNumber(stats.min))
    lines.push(
      i18next.t("reader:measure.range", {
        low: valueText(stats.min),
        high: valueText(stats.max),
        unit,
      }),
    );
  if (typeof stats.value === "number") lines.push(`${valueText(stats.value)} ${unit}`);
  if (Array.isArray(stats.value)) lines.push(stats.value.map(valueText).join(" / "));
  return lines;
}

/** A magnified distance is told from a true one in the same line. */
function qualified(text: string, kind: CalibrationKind): string {
  return kind === "detector" || kind === "corrected"
    ? `${text}（${i18next.t(`reader:calibration.short.${kind}`)}）`
    : text;
}

/** Null and not-a-number are Cornerstone's ways to say that there is nothing to say yet. */
function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
