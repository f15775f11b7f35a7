import { calibrationOf } from "../pure/calibration";
import { sampleType, needsRendering } from "../pure/pixels";
import { knownFacts } from "./source";

/** Answers Cornerstone's questions about a frame: `type` is its name of a DICOM module. */
export function provide(type: string, imageId: unknown): unknown {
  const facts = typeof imageId === "string" ? knownFacts(imageId) : undefined;
  if (!facts) return undefined;
  switch (type) {
    case "generalSeriesModule":
      return { modality: facts.modality, seriesInstanceUID: "" };
    case "sopCommonModule":
      return { sopInstanceUID: facts.instance };
    case "imagePixelModule": {
      // As the loader hands samples on: rescaled, so that what is said of bits is of its numbers, not of the file's.
      const type = sampleType(facts);
      const bits = { Uint8Array: 8, Uint16Array: 16, Int16Array: 16, Float32Array: 32 }[type];
      const grey = facts.samples === 1 && !needsRendering(facts);
      return {
        samplesPerPixel: grey ? 1 : 3,
        photometricInterpretation: grey ? facts.photometric : "RGB",
        rows: facts.rows,
        columns: facts.columns,
        bitsAllocated: bits,
        bitsStored: bits,
        highBit: bits - 1,
        pixelRepresentation: type === "Uint8Array" || type === "Uint16Array" ? 0 : 1,
      };
    }
    case "modalityLutModule":
      return { rescaleSlope: 1, rescaleIntercept: 0 };
    case "voiLutModule":
      return facts.windows.length > 0
        ? {
            windowCenter: facts.windows.map((window) => window.center),
            windowWidth: facts.windows.map((window) => window.width),
          }
        : undefined;
    case "imagePlaneModule": {
      const [row = null, column = null] = calibrationOf(facts).spacing ?? [];
      const orientation = facts.orientation ?? [1, 0, 0, 0, 1, 0];
      return {
        frameOfReferenceUID: facts.frameOfReference ?? facts.instance,
        rows: facts.rows,
        columns: facts.columns,
        imageOrientationPatient: orientation,
        rowCosines: orientation.slice(0, 3),
        columnCosines: orientation.slice(3),
        imagePositionPatient: facts.position ?? [0, 0, 0],
        sliceThickness: facts.sliceThickness,
        pixelSpacing: row === null ? undefined : [row, column],
        rowPixelSpacing: row ?? 1,
        columnPixelSpacing: column ?? 1,
        // Cornerstone takes this for "no millimetres".
        usingDefaultValues: row === null,
      };
    }
    default:
      return undefined;
  }
}
