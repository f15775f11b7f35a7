import { expect, test, vi } from "vitest";
import { linking } from "./linking";
import { factsOf, type ImageFacts, type Triple } from "./pure/dicom";
import type { Command } from "./pure/keys";

const images = (frame: string, from: number): ImageFacts[] =>
  Array.from({ length: 50 }, (_, at) => ({
    ...factsOf({}, 1),
    modality: "CT",
    orientation: [1, 0, 0, 0, 1, 0],
    position: [0, 0, from + at] as Triple,
    frameOfReference: frame,
  }));
const [now, then] = [images("A", 0), images("B", 100)];

function room() {
  const told: [number, Command][] = [];
  const links = linking();
  const show = (at: number, index: number, worked: boolean, center = 500) => {
    const all = at === 0 ? now : then;
    const state = {
      facts: all[index] ?? null,
      index,
      total: all.length,
      loaded: 0,
      window: { center, width: 2500 },
      presets: [],
      preset: "own" as const,
      zoom: 1,
      edges: { left: "", right: "", top: "", bottom: "" },
      flipped: false,
      playing: false,
      problem: null,
    };
    links.note(at, state, worked, {
      facts: (other) => Promise.resolve(other === 0 ? now : then),
      run: (other, command) => told.push([other, command]),
    });
  };
  return { links, show, told };
}

test("a pane that is not linked goes its own way", async () => {
  const { show, told } = room();
  show(0, 10, true);
  show(1, 30, false);
  show(0, 11, true);
  await Promise.resolve();
  expect(told).toEqual([]);
});

test("the others keep their distance to the one that is worked in, and take its window", async () => {
  const { links, show, told } = room();
  show(0, 10, true);
  show(1, 30, false);
  links.link(true);
  show(0, 14, true, 800);
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(told).toContainEqual([1, { do: "to", index: 34 }]);
  expect(told).toContainEqual([1, { do: "window", window: { center: 800, width: 2500 } }]);
  show(1, 34, false, 800);
  await Promise.resolve();
  expect(told).toHaveLength(2);
});

test("a pane in which something else hangs is linked anew from where it is", async () => {
  const { links, show, told } = room();
  show(0, 10, true);
  show(1, 30, false);
  links.link(true);
  links.forget(1);
  show(0, 20, true);
  show(1, 5, false);
  show(0, 22, true);
  await vi.waitFor(() => expect(told).toEqual([[1, { do: "to", index: 7 }]]));
});
