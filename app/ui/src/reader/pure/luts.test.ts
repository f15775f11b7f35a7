import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { greyOf, nodesOf, shapeOf, spanOfCurve, windowIn } from "./curve";
import { factsOf, type DicomJson } from "./dicom";
import { entryOf, tableOf } from "./lut";
import { greyValues } from "./pixels";
import { presetsOf } from "./presets";
import { bulkPathOf, tablesElsewhere } from "./tables";

/** What pydicom 3.0 makes of stored values: after the modality's part, and to be seen, 0 to 1. */
interface Judged {
  name: string;
  json: DicomJson;
  stored: number[];
  modality?: number[];
  grey?: number[];
}

const JUDGED = JSON.parse(
  readFileSync(join(import.meta.dirname, "fixtures/luts.json"), "utf8"),
) as Judged[];

function bytesOf(stored: readonly number[], bits: number): ArrayBuffer {
  const values = bits === 8 ? Uint8Array.from(stored) : Int16Array.from(stored);
  return values.buffer;
}

for (const { name, json, stored, modality, grey } of JUDGED)
  test(`r1 as pydicom: ${name}`, () => {
    const facts = factsOf(json, 1);
    const values = greyValues(facts, bytesOf(stored, facts.bitsAllocated));
    if (modality) expect([...values]).toEqual(modality);
    const [first] = presetsOf(facts, [0, 1]);
    expect(modality ?? grey).toBeDefined();
    if (!grey || !first) return;
    const curve = { window: first.window, ...shapeOf(facts, first) };
    const seen = [...values].map((value) => greyOf(curve, value));
    const off = seen.map((one, at) => Math.abs(one - (grey[at] ?? NaN)));
    // Pydicom's own output is rounded to the integers of its range.
    expect(Math.max(...off)).toBeLessThan(0.001);
    // A judge that sees black and white alone would judge nothing.
    expect(grey.filter((one) => one > 0.02 && one < 0.98).length).toBeGreaterThan(20);
  });

test("a table takes the nearest entry outside, signed where values are, 0 entries being 65,536", () => {
  const table = tableOf([3, 0xfffe, 8], [10, 20, 30], true);
  expect(table?.first).toBe(-2);
  expect([-9, -2, -1, 0, 9].map((value) => table && entryOf(table, value))).toEqual([
    10, 10, 20, 30, 30,
  ]);
  expect(tableOf([0, 0, 16], new Uint8Array(131_072), false)?.entries.length).toBe(65_536);
  expect([...(tableOf([2, 0, 8], Uint8Array.of(5, 6), false)?.entries ?? [])]).toEqual([5, 6]);
  expect([...(tableOf([2, 0, 12], Uint8Array.of(5, 1, 6, 2), false)?.entries ?? [])]).toEqual([
    261, 518,
  ]);
});

test("r24 a table that does not agree with its descriptor is none", () => {
  expect(tableOf([3, 0, 8], [1, 2], false)).toBeNull();
  expect(tableOf([3, 0, 17], [1, 2, 3], false)).toBeNull();
  expect(tableOf([3, 0, 0], [1, 2, 3], false)).toBeNull();
  expect(tableOf([3, 0], [1, 2, 3], false)).toBeNull();
  expect(tableOf([2, 0, 8], [1.5, 2], false)).toBeNull();
  expect(tableOf([2, 0, 16], Uint8Array.of(1, 2, 3), false)).toBeNull();
});

test("a file whose only table cannot be read says so, and one with a window does not", () => {
  const broken = { "00283010": { vr: "SQ", Value: [{ "00283003": { vr: "LO" } }] } };
  expect(factsOf(broken, 1)).toMatchObject({ tableOnly: true, voiTable: null });
  const window = {
    "00281050": { vr: "DS", Value: [40] },
    "00281051": { vr: "DS", Value: [80] },
  };
  expect(factsOf({ ...broken, ...window }, 1).tableOnly).toBe(false);
});

test("padding is known by the stored value, also below a table", () => {
  const item = {
    "00283002": { vr: "US", Value: [4, 0, 8] },
    "00283006": { vr: "US", Value: [200, 50, 60, 70] },
  };
  const facts = factsOf(
    {
      "00280010": { vr: "US", Value: [1] },
      "00280011": { vr: "US", Value: [4] },
      "00280120": { vr: "US", Value: [0] },
      "00283000": { vr: "SQ", Value: [item] },
    },
    1,
  );
  expect([...greyValues(facts, Uint8Array.of(0, 1, 2, 3).buffer)]).toEqual([50, 50, 60, 70]);
});

test("a curve is drawn between nodes from which its window is known again", () => {
  const window = { center: 50, width: 400 };
  for (const how of ["LINEAR", "LINEAR_EXACT", "SIGMOID"] as const) {
    const shape = { function: how, table: null };
    const nodes = nodesOf({ window, ...shape });
    const { lower, upper } = spanOfCurve({ window, ...shape });
    expect([nodes[0]?.[0], nodes.at(-1)?.[0]]).toEqual([lower, upper]);
    expect(nodes[0]?.[1]).toBeLessThan(0.01);
    expect(nodes.at(-1)?.[1]).toBeGreaterThan(0.99);
    const again = windowIn({ lower, upper }, shape);
    expect(again.center).toBeCloseTo(50);
    expect(again.width).toBeCloseTo(400);
  }
});

test("tables elsewhere are found in functional groups too, by a path below their own instance only", () => {
  const data = { vr: "OW", BulkDataURI: "http://h/x/bulkdata/00283010/1/00283006" };
  const lut = { vr: "SQ", Value: [{ "00283006": data }] };
  const group = { vr: "SQ", Value: [{ "00289132": { vr: "SQ", Value: [{ "00283010": lut }] } }] };
  expect(tablesElsewhere({ "52009229": group })).toEqual([data]);
  expect(tablesElsewhere({ "00089999": { vr: "SQ", Value: [{ "00283006": data }] } })).toEqual([]);
  expect(bulkPathOf(data)).toBe("00283010/1/00283006");
  const evil = { vr: "OW", BulkDataURI: "http://evil/bulkdata/../../../cases" };
  expect(bulkPathOf(evil)).toBeNull();
});
