import { Enums, utilities, type Types } from "@cornerstonejs/core";
import { dicomweb } from "../../backend/dicomweb";
import { calibrationOf } from "../pure/calibration";
import type { ImageFacts } from "../pure/dicom";
import { colourValues, extremes, greyValues, needsRendering, type Samples } from "../pure/pixels";
import { windowOfTable } from "../pure/presets";
import { addressOf, factsFor } from "./source";

/** Cornerstone's loader of our frames. */
export function loadFrame(imageId: string): {
  promise: Promise<Types.IImage>;
  cancelFn: () => void;
} {
  const left = new AbortController();
  const promise = load(imageId, left.signal).catch((problem: unknown) => {
    // What was let go of has not failed: nobody waits for it any more, and nobody is to be told.
    if (left.signal.aborted) return new Promise<never>(() => undefined);
    throw problem;
  });
  return { promise, cancelFn: () => left.abort() };
}

async function load(imageId: string, signal: AbortSignal): Promise<Types.IImage> {
  const facts = await factsFor(imageId);
  const address = addressOf(imageId);
  if (needsRendering(facts)) {
    const picture = await createImageBitmap(await dicomweb.renderedFrame(address, signal));
    return imageOf(imageId, facts, withoutAlpha(picture), true);
  }
  const bytes = await dicomweb.frame(address, signal);
  const colour = facts.samples === 3;
  const values = colour ? colourValues(facts, bytes) : greyValues(facts, bytes);
  return imageOf(imageId, facts, values, colour);
}

function withoutAlpha(picture: ImageBitmap): Uint8Array {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser cannot draw");
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, picture.width, picture.height);
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    for (let part = 0; part < 3; part++) rgb[to++] = data[from + part] ?? 0;
  }
  return rgb;
}

function imageOf(
  imageId: string,
  facts: ImageFacts,
  values: Samples,
  colour: boolean,
): Types.IImage {
  const { rows, columns } = facts;
  const components = colour ? 3 : 1;
  if (values.length !== rows * columns * components) throw new Error("the frame has another size");
  const [low, high] = extremes(values);
  const stored = facts.windows[0] ?? (facts.voiTable && windowOfTable(facts.voiTable));
  const window = colour
    ? { center: 128, width: 256 }
    : (stored ?? { center: (low + high) / 2, width: Math.max(high - low, 1) });
  const [rowSpacing, columnSpacing] = calibrationOf(facts).spacing ?? [1, 1];
  return {
    imageId,
    rows,
    columns,
    height: rows,
    width: columns,
    color: colour,
    rgba: false,
    numberOfComponents: components,
    dataType: values.constructor.name as Types.PixelDataTypedArrayString,
    minPixelValue: low,
    maxPixelValue: high,
    slope: 1,
    intercept: 0,
    windowCenter: window.center,
    windowWidth: window.width,
    // What is not straight is bent afterwards (bend.ts), tables too.
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    invert: facts.photometric === "MONOCHROME1",
    photometricInterpretation: colour ? "RGB" : facts.photometric,
    rowPixelSpacing: rowSpacing,
    columnPixelSpacing: columnSpacing,
    sizeInBytes: values.byteLength,
    imageQualityStatus: Enums.ImageQualityStatus.FULL_RESOLUTION,
    isPreScaled: true,
    preScale: {
      enabled: true,
      scaled: true,
      scalingParameters: { modality: facts.modality, rescaleSlope: 1, rescaleIntercept: 0 },
    },
    voxelManager: utilities.VoxelManager.createImageVoxelManager({
      scalarData: values,
      width: columns,
      height: rows,
      numberOfComponents: components,
    }),
    getPixelData: () => values,
    // Asked for by the renderer without WebGL, of colour images only.
    getCanvas: () => document.createElement("canvas"),
  };
}
