import { expect, test } from "vitest";
import { factsOf, type DicomJson, type Triple } from "./dicom";
import { inImage, measurementOf, pointsOf, quantitiesOf, type Candidate } from "./graphics";

const json = (values: Record<string, unknown[]>): DicomJson =>
  Object.fromEntries(Object.entries(values).map(([tag, Value]) => [tag, { vr: "", Value }]));

/** Coronal, with other distances of rows than of columns. */
const slice = (y: number, more: Record<string, unknown[]> = {}): Candidate => ({
  image: { sop_instance_uid: `1.2.${String(y)}`, frame: 1 },
  facts: factsOf(
    json({
      "00080060": ["CT"],
      "00280030": [0.5, 0.2],
      "00200037": [1, 0, 0, 0, 0, -1],
      "00200032": [-10, y, 30],
      ...more,
    }),
    1,
  ),
});
const panoramic: Candidate = {
  image: { sop_instance_uid: "1.9", frame: 1 },
  facts: factsOf(json({ "00080060": ["PX"] }), 1),
};

test("a point in the patient is at its column and row, counted from the corner of the first pixel", () => {
  const { at, off } = inImage(slice(5).facts, [-10 + 0.2 * 7, 5, 30 - 0.5 * 3]);
  expect(at[0]).toBeCloseTo(7.5);
  expect(at[1]).toBeCloseTo(3.5);
  expect(off).toBeCloseTo(0);
  expect(inImage(slice(5).facts, [0, 7, 0]).off).toBeCloseTo(2);
  expect(inImage(panoramic.facts, [4, 9, 0]).at).toEqual([4.5, 9.5]);
});

test("r18 a number has the unit that its image allows, and what is not known is left out", () => {
  const all = {
    length: 12.34567,
    angle: 90,
    area: 4,
    mean: 100.5,
    stdDev: 2,
    min: -3,
    max: [1, 2],
  };
  expect(quantitiesOf("line", all, slice(0).facts)).toEqual([
    { kind: "length", value: 12.346, unit: "mm" },
  ]);
  expect(quantitiesOf("line", all, panoramic.facts)).toEqual([
    { kind: "length", value: 12.346, unit: "px" },
  ]);
  expect(quantitiesOf("angle", all, panoramic.facts)).toEqual([
    { kind: "angle", value: 90, unit: "deg" },
  ]);
  const region = quantitiesOf("ellipse", all, slice(0).facts);
  expect(region.map(({ kind, unit }) => `${kind} ${unit}`)).toEqual([
    "area mm2",
    "mean HU",
    "standard_deviation HU",
    "minimum HU",
  ]);
  expect(quantitiesOf("point", { value: NaN }, slice(0).facts)).toEqual([]);
});

test("an ellipse begins with its longer axis, and a rectangle goes around", () => {
  const corners: Triple[] = [
    [0, 0, 0],
    [2, 0, 0],
    [0, 5, 0],
    [2, 5, 0],
  ];
  const [a, b, c, d] = corners as [Triple, Triple, Triple, Triple];
  expect(pointsOf("rectangle", corners)).toEqual([a, b, d, c]);
  expect(pointsOf("ellipse", [a, b, a, c])).toEqual([a, c, a, b]);
  expect(pointsOf("ellipse", [a, c, a, b])).toEqual([a, c, a, b]);
  expect(pointsOf("angle", [a, b])).toBeNull();
});

test("a line in a slice of a volume is in that image, an oblique one in the patient", () => {
  const slices = [0, 1, 2].map((y) => slice(y));
  const within = measurementOf(
    "line",
    [
      [-10, 1, 30],
      [-9, 1, 30],
    ],
    { length: 1 },
    slices,
  );
  expect(within?.image.sop_instance_uid).toBe("1.2.1");
  expect(within?.points).toEqual({ image: [expect.anything(), expect.anything()] });
  expect(within?.calibration).toBe("object");
  const across: Triple[] = [
    [-10, 0.9, 30],
    [-10, 2, 30],
  ];
  const oblique = measurementOf("line", across, { length: 1.1 }, slices);
  expect(oblique?.image.sop_instance_uid).toBe("1.2.1");
  expect(oblique?.points).toEqual({ space: across });
  expect(measurementOf("line", across, {}, slices)).toBeNull();
  expect(measurementOf("line", across, { length: 3 }, [panoramic])?.calibration).toBe("none");
});
