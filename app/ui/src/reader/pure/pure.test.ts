import { expect, test } from "vitest";
import type { Series } from "../../backend/types";
import { study } from "../../test/fixtures";
import { calibrationOf, valueUnit } from "./calibration";
import { factsOf, type DicomJson, type ImageFacts } from "./dicom";
import { hang } from "./hanging";
import { commandOf, TOOL_KEYS, TOOLS } from "./keys";
import { edgesOf, lettersOf } from "./marks";
import { areaText, lengthText, valueText } from "./measures";
import { fetchOrder, strideOrder } from "./order";
import { presetsOf, rangeOf, windowOf } from "./presets";
import { volumeOf } from "./volume";

const json = (values: Record<string, unknown[]>): DicomJson =>
  Object.fromEntries(Object.entries(values).map(([tag, Value]) => [tag, { vr: "", Value }]));

const slice = (z: number, more: Record<string, unknown[]> = {}): ImageFacts =>
  factsOf(
    json({
      "00080060": ["CT"],
      "00280010": [4],
      "00280011": [4],
      "00280030": [0.3, 0.2],
      "00200037": [1, 0, 0, 0, 1, 0],
      "00200032": [0, 0, z],
      ...more,
    }),
    1,
  );

const projection = (more: Record<string, unknown[]>) =>
  factsOf(json({ "00080060": ["IO"], ...more }), 1);

test("r18 millimetres are never given without calibration", () => {
  expect(calibrationOf(projection({}))).toEqual({ kind: "none", spacing: null });
  expect(lengthText(12.345, "none")).toBe("12.3 px");
  expect(areaText(12.6, "none")).toBe("13 px²");
  expect(lengthText(12.345, "object")).toBe("12.35 mm");
});

test("a projection's spacing is the detector's unless it says how it was corrected", () => {
  const kind = (more: Record<string, unknown[]>) => calibrationOf(projection(more)).kind;
  expect(kind({ "00181164": [0.1, 0.1] })).toBe("detector");
  expect(kind({ "00280030": [0.1, 0.1] })).toBe("detector");
  expect(kind({ "00280030": [0.1, 0.1], "00181164": [0.1, 0.1] })).toBe("detector");
  expect(kind({ "00280030": [0.08, 0.08], "00181164": [0.1, 0.1] })).toBe("corrected");
  expect(kind({ "00280030": [0.1, 0.1], "00280A02": ["FIDUCIAL"] })).toBe("corrected");
  expect(calibrationOf(slice(0))).toEqual({ kind: "object", spacing: [0.3, 0.2] });
});

test("a spacing that is no distance is none", () => {
  for (const wrong of [[0, 0], [-1, 1], ["a", "b"], [0.1], [null, null]])
    expect(calibrationOf(projection({ "00280030": wrong })).kind).toBe("none");
});

test("values are Hounsfield units only where a CT does not deny it", () => {
  expect(valueUnit(slice(0))).toBe("HU");
  expect(valueUnit(slice(0, { "00281054": ["US"] }))).toBe("stored");
  expect(valueUnit(projection({}))).toBe("stored");
});

test("what a frame says of itself goes before what all frames share", () => {
  const group = (spacing: number[]) => ({
    "00289110": { vr: "SQ", Value: [json({ "00280030": spacing })] },
  });
  const enhanced: DicomJson = {
    ...json({ "00280010": [2], "00280011": [2] }),
    "52009229": { vr: "SQ", Value: [group([1, 1])] },
    "52009230": { vr: "SQ", Value: [{}, group([2, 2])] },
  };
  expect(factsOf(enhanced, 1).pixelSpacing).toEqual([1, 1]);
  expect(factsOf(enhanced, 2).pixelSpacing).toEqual([2, 2]);
});

test("what lies before whoever scrolls is fetched first, then the rest, each slice once", () => {
  const order = fetchOrder(200, 100);
  expect([order.take(), order.take()]).toEqual([100, 108]);
  order.look(40);
  order.look(39);
  const near = Array.from({ length: 19 }, () => order.take());
  expect(near).toEqual([...Array.from({ length: 17 }, (_, at) => 39 - at), 40, 41]);
  expect(order.take()).toBe(92);
  const rest = Array.from({ length: 178 }, () => order.take());
  expect(new Set([100, 108, 92, ...near, ...rest]).size).toBe(200);
  expect(order.take()).toBeUndefined();
});

test("nobody looks beyond the ends", () => {
  const order = fetchOrder(3, 1);
  order.look(2);
  expect([order.take(), order.take(), order.take(), order.take()]).toEqual([2, 1, 0, undefined]);
});

test("a volume arrives in halving strides, each slice once", () => {
  const order = strideOrder(20, 10);
  expect(order.slice(0, 3)).toEqual([10, 18, 2]);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at));
  expect(strideOrder(0)).toEqual([]);
  expect(strideOrder(1)).toEqual([0]);
  const early = strideOrder(100).slice(0, 30);
  expect(Math.min(...early)).toBeLessThan(8);
  expect(Math.max(...early)).toBeGreaterThan(92);
});

test("windows are offered in Hounsfield units for CT only, and the image's own goes first", () => {
  const names = (facts: ImageFacts) => presetsOf(facts, [0, 100]).map((one) => one.name);
  expect(names(slice(0, { "00281050": [300], "00281051": [1500] }))[0]).toBe("stored");
  expect(names(slice(0))).toContain("bone");
  expect(names(projection({}))).toEqual(["full"]);
});

test("a window and the range of values that it shows are the same thing", () => {
  expect(rangeOf({ center: 500, width: 2500 })).toEqual({ lower: -750, upper: 1749 });
  expect(windowOf(rangeOf({ center: 40, width: 400 }))).toEqual({ center: 40, width: 400 });
});

test("equal, parallel slices are a volume, and others say why not", () => {
  const slices = (places: number[]) => places.map((z) => slice(z));
  expect(volumeOf(slices([0, 1, 2, 3, 4, 5, 6, 7]))).toEqual({ distance: 1 });
  expect(volumeOf(slices([7, 1, 2, 3, 4, 5, 6, 0]))).toEqual({ distance: 1 });
  expect(volumeOf(slices([0, 1, 2]))).toEqual({ not: "few" });
  expect(volumeOf(slices([0, 1, 2, 3, 4, 5, 6, 9]))).toEqual({ not: "uneven" });
  expect(volumeOf([...slices([0, 1, 2, 3, 4, 5, 6]), slice(7, { "00280010": [5] })])).toEqual({
    not: "geometry",
  });
});

test("letters name the patient's directions, with the larger share first", () => {
  expect(lettersOf([1, 0, 0])).toBe("L");
  expect(lettersOf([-0.8, 0.6, 0])).toBe("RP");
  expect(lettersOf([0, 0, -1])).toBe("F");
  expect(edgesOf(slice(0), [1, 0, 0], [0, 1, 0])).toEqual({
    left: "R",
    right: "L",
    top: "A",
    bottom: "P",
  });
});

test("a projection's letters follow it when it is turned or mirrored", () => {
  const facts = projection({ "00200020": ["L", "F"] });
  expect(edgesOf(facts, [1, 0, 0], [0, 1, 0])).toMatchObject({
    right: "L",
    left: "R",
    bottom: "F",
  });
  expect(edgesOf(facts, [-1, 0, 0], [0, 1, 0])).toMatchObject({ right: "R", left: "L" });
  expect(edgesOf(facts, [0, 1, 0], [-1, 0, 0])).toMatchObject({ right: "F", bottom: "R" });
  expect(edgesOf(projection({}), [1, 0, 0], [0, 1, 0]).right).toBe("");
});

test("keys are commands, and no two tools share one", () => {
  expect(commandOf("ArrowDown")).toEqual({ do: "scroll", by: 1 });
  expect(commandOf("3")).toEqual({ do: "preset", index: 2 });
  expect(commandOf("L")).toEqual({ do: "tool", tool: "length" });
  expect(commandOf("Tab")).toBeNull();
  for (const tool of TOOLS) expect(commandOf(TOOL_KEYS[tool])).toEqual({ do: "tool", tool });
});

test("studies hang by modality", () => {
  const [base] = study.series;
  if (!base) throw new Error("the fixture has one series");
  const [instance] = base.instances;
  if (!instance) throw new Error("the series has an image");
  const series = (modality: string, uid: string, count: number): Series => ({
    ...base,
    modality,
    series_instance_uid: uid,
    instances: Array.from({ length: count }, () => instance),
  });
  const [ct, px, io] = [series("CT", "ct", 200), series("PX", "px", 1), series("IO", "io", 3)];
  expect(hang([ct])).toEqual({
    layout: "1x1",
    panes: [{ series: "ct", mode: "stack", start: null }],
  });
  expect(hang([px]).layout).toBe("1x1");
  expect(hang([ct, px]).panes.map((pane) => pane.series)).toEqual(["px", "ct"]);
  expect(hang([io])).toMatchObject({
    layout: "2x2",
    panes: [{ start: 0 }, { start: 1 }, { start: 2 }],
  });
  expect(hang([]).panes).toEqual([]);
});

test("numbers are as long as they say something", () => {
  expect([valueText(12), valueText(12.34), valueText(-3)]).toEqual(["12", "12.3", "-3"]);
});
