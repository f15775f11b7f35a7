import type { ImageFacts, Pair } from "./dicom";

/**
 * What a distance in the image means (PS3.3 10.7.1.3).
 * `object`: a section through the patient, true size. `corrected`: a projection whose magnification was corrected, in
 * one plane. `detector`: as on the detector's face, magnified. `none`: pixels only.
 */
export type CalibrationKind = "object" | "corrected" | "detector" | "none";

export interface Calibration {
  kind: CalibrationKind;
  /** Distances of rows and of columns in mm; null when nothing says them. */
  spacing: Pair | null;
}

/** Modalities whose images are projections: shadows on a detector, larger than what cast them. */
const PROJECTIONS = new Set(["IO", "PX", "DX", "CR", "RG", "XA", "RF"]);

export function calibrationOf(facts: ImageFacts): Calibration {
  const { pixelSpacing, imagerPixelSpacing } = facts;
  const section = facts.orientation !== null && facts.position !== null;
  if (pixelSpacing && section && !PROJECTIONS.has(facts.modality))
    return { kind: "object", spacing: pixelSpacing };
  if (pixelSpacing) {
    const stated =
      facts.spacingCalibration === "GEOMETRY" || facts.spacingCalibration === "FIDUCIAL";
    // A Pixel Spacing that is not the detector's was corrected, even if nobody says how.
    const differs = imagerPixelSpacing !== null && !same(pixelSpacing, imagerPixelSpacing);
    return { kind: stated || differs ? "corrected" : "detector", spacing: pixelSpacing };
  }
  if (imagerPixelSpacing) return { kind: "detector", spacing: imagerPixelSpacing };
  return { kind: "none", spacing: null };
}

function same(one: Pair, other: Pair): boolean {
  return one.every((value, at) => Math.abs(value - (other[at] ?? 0)) < 1e-6);
}

/** The unit of the values under a region. Only a CT that says so, or says nothing (PS3.3 C.8.2.1), has Hounsfield units. */
export function valueUnit(facts: ImageFacts): "HU" | "stored" {
  if (facts.modality !== "CT") return "stored";
  return facts.rescaleType === null || facts.rescaleType === "HU" ? "HU" : "stored";
}
