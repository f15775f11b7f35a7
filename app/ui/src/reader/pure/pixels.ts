import type { ImageFacts } from "./dicom";
import { entryOf } from "./lut";

export type Samples = Uint8Array | Uint16Array | Int16Array | Float32Array;

/** Transfer syntaxes whose samples lie as the attributes say; implicit, explicit, deflated and big endian. */
const NATIVE = new Set(["", ".1", ".1.99", ".2"].map((end) => `1.2.840.10008.1.2${end}`));

/** The facts of what the node hands out: of a compressed colour image, red, green and blue of each pixel. */
export function asDecoded(facts: ImageFacts, transferSyntax: string): ImageFacts {
  if (NATIVE.has(transferSyntax) || facts.samples !== 3) return facts;
  return { ...facts, photometric: "RGB", planar: false };
}

/** What of an image is not shown from its samples but as the node renders it. */
export function needsRendering(facts: ImageFacts): boolean {
  const grey = facts.samples === 1 && facts.photometric.startsWith("MONOCHROME");
  const colour = facts.samples === 3 && facts.bitsAllocated === 8 && facts.photometric in COLOURS;
  return !((grey && (facts.bitsAllocated === 8 || facts.bitsAllocated === 16)) || colour);
}

const COLOURS = { RGB: false, YBR_FULL: true, YBR_FULL_422: false, YBR_ICT: false, YBR_RCT: false };

/** The numeric type that holds an image's rescaled values without loss. */
export function sampleType(
  facts: ImageFacts,
): "Uint8Array" | "Uint16Array" | "Int16Array" | "Float32Array" {
  if (facts.samples === 3) return "Uint8Array";
  const { slope, intercept, bitsStored, signed, modalityTable } = facts;
  if (modalityTable) return modalityTable.bits <= 8 ? "Uint8Array" : "Uint16Array";
  if (!Number.isInteger(slope) || !Number.isInteger(intercept)) return "Float32Array";
  const span = 2 ** bitsStored - 1;
  const [low, high] = signed ? [-(span + 1) / 2, (span - 1) / 2] : [0, span];
  const ends = [low * slope + intercept, high * slope + intercept];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  if (least >= 0 && most <= 255) return "Uint8Array";
  if (least >= 0 && most <= 65_535) return "Uint16Array";
  if (least >= -32_768 && most <= 32_767) return "Int16Array";
  return "Float32Array";
}

/**
 * Samples of a grey frame, little endian as DICOM stores them, after rescaling or the modality table (PS3.3 C.11.1). What is no image is
 * as dark as the darkest of the image, and so says nothing about the range of values.
 */
export function greyValues(facts: ImageFacts, bytes: ArrayBuffer): Samples {
  const count = facts.rows * facts.columns;
  if (bytes.byteLength < (count * facts.bitsAllocated) / 8)
    throw new Error("the frame is too short");
  const raw =
    facts.bitsAllocated === 8
      ? facts.signed
        ? new Int8Array(bytes, 0, count)
        : new Uint8Array(bytes, 0, count)
      : facts.signed
        ? new Int16Array(bytes, 0, count)
        : new Uint16Array(bytes, 0, count);
  const { slope, intercept, padding, modalityTable } = facts;
  const stray = facts.bitsAllocated - facts.bitsStored;
  const type = sampleType(facts);
  const plain = !padding && !modalityTable && slope === 1 && intercept === 0 && stray === 0;
  if (plain && raw.constructor.name === type) return raw as Samples;
  const values = new { Uint8Array, Uint16Array, Int16Array, Float32Array }[type](count);
  const shift = 32 - facts.bitsStored;
  const padded: number[] = [];
  for (let at = 0; at < count; at++) {
    // Bits above those stored may hold anything (overlays, once); the sign is that of the highest stored.
    const lifted = (raw[at] ?? 0) << shift;
    const stored = facts.signed ? lifted >> shift : lifted >>> shift;
    values[at] = modalityTable ? entryOf(modalityTable, stored) : stored * slope + intercept;
    if (padding && stored >= padding[0] && stored <= padding[1]) padded.push(at);
  }
  darken(facts, values, padded);
  return values;
}

/** Puts the darkest value of the image in place of those that are padding: `padded` are their places, ascending. */
function darken(facts: ImageFacts, values: Samples, padded: readonly number[]): void {
  if (padded.length === 0) return;
  let next = 0;
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    if (padded[next] === at) {
      next += 1;
      continue;
    }
    low = Math.min(low, values[at] ?? Infinity);
    high = Math.max(high, values[at] ?? -Infinity);
  }
  const dark = facts.photometric === "MONOCHROME1" ? high : low;
  for (const at of padded) values[at] = Number.isFinite(dark) ? dark : 0;
}

/** Red, green and blue of a colour frame. */
export function colourValues(facts: ImageFacts, bytes: ArrayBuffer): Uint8Array {
  const count = facts.rows * facts.columns;
  const raw = new Uint8Array(bytes);
  if (raw.length < count * 3) throw new Error("the frame is too short");
  const rgb = new Uint8ClampedArray(count * 3);
  const convert = facts.photometric === "YBR_FULL";
  for (let at = 0; at < count; at++) {
    const [one, two, three] = facts.planar
      ? [at, at + count, at + 2 * count]
      : [3 * at, 3 * at + 1, 3 * at + 2];
    const [a, b, c] = [raw[one] ?? 0, raw[two] ?? 0, raw[three] ?? 0];
    rgb[3 * at] = convert ? a + 1.402 * (c - 128) : a;
    rgb[3 * at + 1] = convert ? a - 0.344136 * (b - 128) - 0.714136 * (c - 128) : b;
    rgb[3 * at + 2] = convert ? a + 1.772 * (b - 128) : c;
  }
  return new Uint8Array(rgb.buffer);
}

/** The lowest and the highest value. */
export function extremes(values: Samples): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}
