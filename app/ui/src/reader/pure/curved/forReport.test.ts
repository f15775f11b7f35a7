import { expect, test } from "vitest";
import { factsOf, type Triple } from "../dicom";
import { linesForReport } from "./forReport";
import type { Line } from "./plan";

const images = Array.from({ length: 20 }, (_, at) => ({
  image: { sop_instance_uid: `1.${at}`, frame: 1 },
  facts: {
    ...factsOf({}, 1),
    modality: "CT",
    rows: 100,
    columns: 100,
    orientation: [1, 0, 0, 0, 1, 0],
    pixelSpacing: [0.5, 0.5] as [number, number],
    position: [-25, -25, 10 + at] as Triple,
  },
}));
const line = (view: Line["view"]): Line => ({
  id: "l",
  view,
  along: 0,
  ends: [
    [0, 0],
    [12, 0],
  ],
  places: [
    [10, 20, 3.4],
    [10, 29, 3.4],
  ],
});

test("a report gets the straight length between places in the patient, and the arc in words", () => {
  const [found] = linesForReport([line("arch")], images, ({ arc }) => `arc ${arc}`);
  expect(found).toEqual({
    id: "l",
    image: { sop_instance_uid: "1.3", frame: 1 },
    shape: "line",
    points: {
      space: [
        [-15, -5, 13.4],
        [-15, 4, 13.4],
      ],
    },
    quantities: [{ kind: "length", value: 9, unit: "mm" }],
    calibration: "object",
    tooth: null,
    words: "arc 12",
  });
});

test("a length in a section is what it is, without more words", () => {
  expect(linesForReport([line("section")], images, () => "no")[0]?.words).toBe("");
  expect(linesForReport([line("arch")], images.slice(0, 3), () => "no")).toEqual([]);
});
