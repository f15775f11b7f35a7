import { expect, test } from "vitest";
import { study } from "../../test/fixtures";
import { factsOf, type ImageFacts, type Triple } from "./dicom";
import { areParallel, follower, windowFor } from "./link";
import { beside, priorsOf } from "./priors";

/** Slices `step` mm apart from `from` on, in a frame of reference. */
function slices(count: number, from: number, step: number, frame: string): ImageFacts[] {
  return Array.from({ length: count }, (_, at) => ({
    ...factsOf({}, 1),
    modality: "CT",
    orientation: [1, 0, 0, 0, 1, 0],
    position: [0, 0, from + step * at] as Triple,
    frameOfReference: frame,
  }));
}

const [now, then] = [slices(100, 0, 0.5, "A"), slices(80, 200, 1, "B")];
const one = (images: ImageFacts[], at: number) => images[at] ?? factsOf({}, 1);

test("in one frame of reference the same place is shown, however slices are spaced", () => {
  expect(follower(one(now, 40), slices(60, -10, 1, "A"), null)).toBe(30);
  expect(follower(one(now, 0), slices(60, 30, 1, "A"), null)).toBe(0);
});

test("another day's study keeps the distance that it had when it was linked", () => {
  const anchors = {
    leader: one(now, 20).position as Triple,
    follower: one(then, 30).position as Triple,
  };
  expect(follower(one(now, 20), then, anchors)).toBe(30);
  expect(follower(one(now, 40), then, anchors)).toBe(40);
  expect(follower(one(now, 40), then, null)).toBeNull();
});

test("slices in other directions do not follow, nor projections", () => {
  const coronal = now.map((facts) => ({ ...facts, orientation: [1, 0, 0, 0, 0, -1] }));
  expect(areParallel(one(now, 0), one(coronal, 0))).toBe(false);
  expect(follower(one(now, 0), coronal, null)).toBeNull();
  expect(follower(factsOf({}, 1), now, null)).toBeNull();
  const upsideDown = now.map((facts) => ({ ...facts, orientation: [1, 0, 0, 0, -1, 0] }));
  expect(follower(one(now, 12), upsideDown, null)).toBe(12);
});

test("a window is taken over only where values mean the same", () => {
  const window = { center: 500, width: 2500 };
  const leader = { facts: one(now, 0), window };
  const other = { facts: one(then, 0), window: { center: 0, width: 100 } };
  expect(windowFor(leader, other)).toEqual(window);
  expect(windowFor(leader, { ...other, window })).toBeNull();
  expect(windowFor(leader, { ...other, facts: { ...other.facts, modality: "MR" } })).toBeNull();
  expect(windowFor(leader, { ...other, facts: { ...other.facts, rescaleType: "US" } })).toBeNull();
});

test("another study of the patient is one with the same ID, birth and name, never one that is alike", () => {
  const other = (uid: string, change: Partial<typeof study>) => ({
    ...study,
    study_instance_uid: uid,
    ...change,
  });
  const { patient } = study;
  const name = { ...patient.name, alphabetic: "YAMADA^TARO", phonetic: "" };
  const all = [
    study,
    other("old", { study_date: "20200101" }),
    other("new", { study_date: "20260101", patient: { ...patient, name } }),
    other("other ID", { patient: { ...patient, id: "P-002" } }),
    other("born elsewhen", { patient: { ...patient, birth_date: "19800402" } }),
    other("namesake of the ID", {
      patient: { ...patient, name: { ...name, ideographic: "鈴木^一郎" } },
    }),
    other("pseudonym", { pseudonym: { code: "X", finished: true } }),
  ];
  expect(priorsOf(study, all).map((one) => one.study_instance_uid)).toEqual(["new", "old"]);
  expect(priorsOf({ ...study, patient: { ...patient, id: "" } }, all)).toEqual([]);
});

test("the like series with the most images hangs beside", () => {
  const [series] = study.series;
  if (!series) throw new Error("there is no series");
  const panoramic = { ...series, series_instance_uid: "px", modality: "PX" };
  const scout = { ...series, series_instance_uid: "s", instances: series.instances.slice(0, 1) };
  expect(beside(series, [panoramic, scout, series])).toBe(series);
  expect(beside(series, [panoramic])).toBe(panoramic);
  expect(beside(series, [])).toBeNull();
});
