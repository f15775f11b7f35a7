import { fireEvent, screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { study } from "../test/fixtures";
import { answer, show } from "../test/node";
import { ImagePage } from "./ImagePage";
import { imagesOf, keyTarget, presetsFor, seriesWithImages } from "./sequence";

const [axial] = study.series;
if (!axial) throw new Error("the fixture has one series");

test("images are in order of instance number, frames within", () => {
  const numbers = imagesOf(study, axial).map((image) => image.instance);
  expect(numbers).toEqual(["1.2.3.1.1", "1.2.3.1.2", "1.2.3.1.3"]);
  const multi = {
    ...axial,
    instances: axial.instances.slice(0, 1).map((i) => ({ ...i, frames: 3 })),
  };
  expect(imagesOf(study, multi).map((image) => image.frame)).toEqual([1, 2, 3]);
});

test("what is no image is not offered", () => {
  const report = { ...axial, instances: axial.instances.map((i) => ({ ...i, frames: 0 })) };
  expect(seriesWithImages({ ...study, series: [report] })).toEqual([]);
});

test("keys stay within the series", () => {
  expect(keyTarget("ArrowUp", 0, 3)).toBe(0);
  expect(keyTarget("ArrowDown", 2, 3)).toBe(2);
  expect(keyTarget("PageDown", 0, 3)).toBe(2);
  expect(keyTarget("End", 0, 3)).toBe(2);
  expect(keyTarget("a", 0, 3)).toBeNull();
});

test("Hounsfield windows are offered for CT only", () => {
  expect(presetsFor("CT")).toHaveLength(4);
  expect(presetsFor("PX").map((preset) => preset.name)).toEqual(["stored"]);
});

const loading: { src: string; onload: (() => void) | null }[] = [];
beforeEach(() => {
  loading.length = 0;
  vi.stubGlobal(
    "Image",
    class {
      src = "";
      onload: (() => void) | null = null;
      constructor() {
        loading.push(this);
      }
    },
  );
});

test("arrow keys, wheel and presets choose the image; the last one stays until the next is decoded", async () => {
  answer({ "GET /api/v1/studies/1.2.3": { body: study } });
  show(<ImagePage study="1.2.3" caseId={null} />);
  const stage = await screen.findByRole("group", { name: "画像" });
  expect(screen.getByText("2 / 3")).toBeTruthy();
  const load = () => {
    const newest = loading.at(-1);
    if (!newest) throw new Error("nothing is loading");
    fireEvent.load(window, {});
    newest.onload?.();
  };
  load();
  expect((await screen.findByRole("img")).getAttribute("src")).toContain("1.2.3.1.2/rendered");
  fireEvent.keyDown(stage, { key: "ArrowDown" });
  expect(screen.getByText("3 / 3")).toBeTruthy();
  expect(screen.getByRole("img").getAttribute("src")).toContain("1.2.3.1.2/rendered");
  fireEvent.wheel(stage, { deltaY: -120 });
  fireEvent.keyDown(stage, { key: "2" });
  expect(screen.getByText("中心 500・幅 2500")).toBeTruthy();
  expect(loading.at(-1)?.src).toContain("window=500%2C2500");
});
