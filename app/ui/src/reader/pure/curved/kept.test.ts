import { expect, test } from "vitest";
import { factsOf, type Triple } from "../dicom";
import { keptOf, plansFrom, withKept, type KeptPlan } from "./kept";
import { EMPTY_PLAN } from "./plan";
import { slicesShowing, told } from "./planned";

const PLAN: KeptPlan = {
  series: "1.2.3",
  control: [
    [1, 2],
    [3, 4],
  ],
  came: "drawn",
  canals: [
    {
      id: "c",
      diameter: 2,
      points: [
        [0, 0, 4],
        [10, 0, 4],
      ],
    },
  ],
  implants: [{ id: "i", head: [5, 0, 17], axis: [0, 0, -1], diameter: 4, length: 8 }],
};
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

test("what a draft kept is what was planned", () => {
  expect(plansFrom(JSON.parse(JSON.stringify([PLAN])))).toEqual([PLAN]);
  const plan = withKept(EMPTY_PLAN, PLAN);
  expect(keptOf("1.2.3", plan)).toEqual(PLAN);
  // An arch alone is found again by itself.
  expect(keptOf("1.2.3", { ...EMPTY_PLAN, control: PLAN.control })).toBeNull();
});

test("a kept plan without an arch leaves the one that is here", () => {
  const here = { ...EMPTY_PLAN, control: PLAN.control, came: "found" as const };
  expect(withKept(here, { ...PLAN, control: [], came: null })).toMatchObject({
    control: PLAN.control,
    came: "found",
  });
});

test("r24 what is no plan is left out, and nothing is longer than a hand makes it", () => {
  const bad = [
    null,
    7,
    "x",
    {},
    { ...PLAN, series: 7 },
    { ...PLAN, series: "1".repeat(65) },
    { ...PLAN, canals: [], implants: [] },
    { ...PLAN, canals: [{ id: "c", diameter: 2, points: [[0, 0]] }], implants: "no" },
    { ...PLAN, canals: [{ id: "c", diameter: 1e9, points: [[0, 0, 0]] }], implants: [] },
    { ...PLAN, canals: [], implants: [{ ...PLAN.implants[0], axis: [0, 0, 0] }] },
    { ...PLAN, canals: [], implants: [{ ...PLAN.implants[0], head: [NaN, 0, 0] }] },
  ];
  for (const one of bad) expect(plansFrom([one]), JSON.stringify(one)).toEqual([]);
  expect(plansFrom("no")).toEqual([]);
  const many = { ...PLAN, implants: Array.from({ length: 999 }, () => PLAN.implants[0]) };
  const [read] = plansFrom([many]);
  expect(read?.implants.length).toBe(32);
  expect(plansFrom(Array.from({ length: 99 }, () => PLAN)).length).toBe(16);
  const [long] = plansFrom([{ ...PLAN, implants: [{ ...PLAN.implants[0], axis: [0, 0, -9] }] }]);
  expect(long?.implants[0]?.axis).toEqual([0, 0, -1]);
});

test("words tell of a canal's length and how near implants come to it", () => {
  expect(told(PLAN)).toEqual({
    canals: [{ number: 1, length: 10, diameter: 2 }],
    // The implant ends at 9 mm, the canal's wall is at 5 mm.
    implants: [
      {
        number: 1,
        diameter: 4,
        length: 8,
        canals: [{ number: 1, distance: expect.closeTo(4, 6) as number }],
      },
    ],
  });
});

test("key images go through the middle of implants, else through a canal", () => {
  expect(slicesShowing(PLAN, images)).toEqual([{ image: images[13]?.image, implants: [1] }]);
  const [implant] = PLAN.implants;
  const two = { ...PLAN, implants: implant ? [implant, { ...implant, id: "j" }] : [] };
  expect(slicesShowing(two, images)).toEqual([{ image: images[13]?.image, implants: [1, 2] }]);
  expect(slicesShowing({ ...PLAN, implants: [] }, images)).toEqual([
    { image: images[4]?.image, implants: [] },
  ]);
  expect(slicesShowing(PLAN, images.slice(0, 3))).toEqual([]);
});
