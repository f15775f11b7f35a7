import { expect, test } from "vitest";
import { factsOf, type ImageFacts } from "./dicom";
import {
  asDecoded,
  colourValues,
  extremes,
  greyValues,
  needsRendering,
  sampleType,
} from "./pixels";

const facts = (more: Partial<ImageFacts>): ImageFacts => ({
  ...factsOf({}, 1),
  rows: 1,
  columns: 2,
  bitsAllocated: 16,
  bitsStored: 16,
  ...more,
});
const words = (...values: number[]) => new Uint16Array(values).buffer;

test("values are rescaled without loss, in the smallest type that holds them", () => {
  expect(sampleType(facts({ bitsStored: 12, intercept: -1024 }))).toBe("Int16Array");
  expect(sampleType(facts({ intercept: -1024 }))).toBe("Float32Array");
  expect(sampleType(facts({ bitsStored: 12 }))).toBe("Uint16Array");
  expect(sampleType(facts({ slope: 0.5 }))).toBe("Float32Array");
  expect(sampleType(facts({ bitsAllocated: 8, bitsStored: 8 }))).toBe("Uint8Array");
  const ct = facts({ bitsStored: 12, intercept: -1024 });
  expect([...greyValues(ct, words(0, 4095))]).toEqual([-1024, 3071]);
});

test("bits above those stored are no part of the value", () => {
  expect([...greyValues(facts({ bitsStored: 12 }), words(0xf123, 0x0fff))]).toEqual([0x123, 0xfff]);
  expect([...greyValues(facts({ bitsStored: 12, signed: true }), words(0x0fff, 0x07ff))]).toEqual([
    -1, 2047,
  ]);
});

test("a frame shorter than its image is refused", () => {
  expect(() => greyValues(facts({}), words(1))).toThrow("too short");
  expect(() => colourValues(facts({ samples: 3 }), words(1))).toThrow("too short");
});

test("colours come pixel by pixel, whatever their order and space", () => {
  const bytes = (...values: number[]) => new Uint8Array(values).buffer;
  const colour = { samples: 3, bitsAllocated: 8, photometric: "RGB" };
  const planar = facts({ ...colour, planar: true });
  expect([...colourValues(planar, bytes(1, 2, 3, 4, 5, 6))]).toEqual([1, 3, 5, 2, 4, 6]);
  const ybr = facts({ ...colour, photometric: "YBR_FULL" });
  expect([...colourValues(ybr, bytes(255, 128, 128, 0, 128, 128))]).toEqual([
    255, 255, 255, 0, 0, 0,
  ]);
});

test("what was compressed comes as red, green and blue of each pixel, whatever its attributes say", () => {
  const stored = facts({ samples: 3, bitsAllocated: 8, photometric: "YBR_FULL", planar: true });
  expect(asDecoded(stored, "1.2.840.10008.1.2.1")).toBe(stored);
  const decoded = asDecoded(stored, "1.2.840.10008.1.2.4.50");
  expect(decoded).toMatchObject({ photometric: "RGB", planar: false });
});

test("what is neither grey nor plain colour is left to the node to render", () => {
  expect(needsRendering(facts({}))).toBe(false);
  expect(needsRendering(facts({ photometric: "PALETTE COLOR" }))).toBe(true);
  expect(needsRendering(facts({ bitsAllocated: 1 }))).toBe(true);
});

test("the extremes of nothing are zero", () => {
  expect(extremes(new Int16Array([3, -7, 5]))).toEqual([-7, 5]);
  expect(extremes(new Uint8Array())).toEqual([0, 0]);
});

test("padding is as dark as the darkest of the image, in either sense, and widens no range", () => {
  const image = (more: Record<string, unknown[]>) => ({
    ...factsOf(
      Object.fromEntries(
        Object.entries({ "00280103": [1], "00280120": [-2000], ...more }).map(([tag, Value]) => [
          tag,
          { vr: "", Value },
        ]),
      ),
      1,
    ),
    rows: 1,
    columns: 4,
    bitsAllocated: 16,
    bitsStored: 16,
  });
  const stored = new Int16Array([-2000, 30, 500, -1990]).buffer;
  expect([...greyValues(image({}), stored)]).toEqual([-1990, 30, 500, -1990]);
  expect([...greyValues(image({ "00280121": [-1980] }), stored)]).toEqual([30, 30, 500, 30]);
  expect([...greyValues(image({ "00280120": [63_536] }), stored)][0]).toBe(-1990);
  const white = image({ "00280004": ["MONOCHROME1"], "00281053": [0.1] });
  expect(greyValues(white, stored)[0]).toBeCloseTo(50, 3);
});

test("how a file wants to be looked at is read, and a table that is not followed is known", () => {
  const read = (more: Record<string, unknown[]>) =>
    factsOf(
      Object.fromEntries(Object.entries(more).map(([tag, Value]) => [tag, { vr: "", Value }])),
      1,
    );
  expect(read({ "00281056": ["SIGMOID"] }).windowFunction).toBe("SIGMOID");
  expect(read({ "00281056": ["ODD"] }).windowFunction).toBe("LINEAR");
  expect(read({ "00283010": [{}] }).tableOnly).toBe(true);
  expect(read({ "00283010": [{}], "00281050": [1], "00281051": [2] }).tableOnly).toBe(false);
});
