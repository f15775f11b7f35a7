import { expect, test } from "vitest";
import { look, looking as state, me, suzuki } from "../../../test/live";
import type { Participant } from "../../../backend/liveTypes";
import {
  colourOf,
  firstToFollow,
  following,
  lookToFollow,
  NOBODY,
  wentAway,
  withPeople,
} from "./follow";
import { movesByCommand, movesByPress } from "./input";
import { GAP_MS, nextIn, REPEAT_MS } from "./sending";
import { begun, drawnOn, linesOver, wiped, type Drawn } from "./strokes";

const person = (practitioner: string, more: Partial<Participant> = {}): Participant => ({
  ...suzuki,
  practitioner,
  ...more,
});

test("lines belong to the image over which they were drawn, and are bounded", () => {
  let lines: readonly Drawn[] = begun([], "a", [0.1, 0.1]);
  lines = drawnOn(lines, [0.1001, 0.1]);
  expect(lines[0]?.points).toHaveLength(1);
  for (let at = 0; at < 400; at++) lines = drawnOn(lines, [at / 100, 0.5]);
  // Beyond the edge of the image everything is at the edge, and one point.
  expect(lines[0]?.points).toHaveLength(102);
  expect(lines[0]?.points.at(-1)).toEqual([1, 0.5]);
  for (let at = 0; at < 400; at++) lines = drawnOn(lines, [at % 2, (at % 100) / 100]);
  expect(lines[0]?.points).toHaveLength(256);
  lines = begun(lines, "b", [0.2, 0.2]);
  expect(linesOver(lines, "b")).toEqual([{ points: [[0.2, 0.2]] }]);
  expect(wiped(lines, "a")).toHaveLength(1);
  for (let at = 0; at < 40; at++) lines = begun(lines, "c", [0.5, 0.5]);
  expect(lines).toHaveLength(32);
  expect(drawnOn([], [0, 0])).toEqual([]);
});

test("whoever joins follows who shares longest, until she moves the images herself", () => {
  const late = person("late", { since: "2026-11-30T02:00:00Z", look });
  const first = person("first", { look });
  const there = state(me, late, first, person("x", { sharing: false, since: "" }));
  expect(firstToFollow(there)).toBe("first");
  expect(firstToFollow(state(me))).toBeNull();
  const now = following("first");
  expect(lookToFollow(now, there)).toBe(look);
  expect(lookToFollow(wentAway(now), there)).toBeNull();
  expect(wentAway(NOBODY)).toBe(NOBODY);
  expect(wentAway(wentAway(now))).toEqual({ whom: "first", paused: true });
});

test("who is followed and leaves is followed no longer, who shares nothing for a while is waited for", () => {
  const now = wentAway(following("a"));
  expect(withPeople(now, state(person("a", { sharing: false })))).toBe(now);
  expect(withPeople(now, state(person("b")))).toEqual(NOBODY);
  expect(withPeople(now, state(person("a", { mine: true })))).toEqual(NOBODY);
});

test("everybody has the same colour on every screen", () => {
  const [here, there] = [state(person("b"), person("a")), state(person("a"), person("b"))];
  expect([colourOf(here, "a"), colourOf(here, "b")]).toEqual([0, 1]);
  expect(colourOf(there, "b")).toBe(1);
  expect(colourOf(null, "b")).toBe(0);
});

test("measuring, drawing and pointing move no image; everything else does", () => {
  const press = (button = 0, isPrimary = true) => ({ button, isPrimary });
  expect(movesByPress(press(), "window", false)).toBe(true);
  expect(movesByPress(press(), "length", false)).toBe(false);
  expect(movesByPress(press(), "window", true)).toBe(false);
  expect(movesByPress(press(2), "length", true)).toBe(true);
  expect(movesByPress(press(0, false), "length", false)).toBe(true);
  expect(movesByCommand({ do: "scroll", by: 1 })).toBe(true);
  expect(movesByCommand({ do: "tool", tool: "pan" })).toBe(false);
});

test("news waits for the gap only, silence until one would be taken for gone", () => {
  expect(nextIn({ changed: true, since: 0 })).toBe(GAP_MS);
  expect(nextIn({ changed: true, since: 20 })).toBe(30);
  expect(nextIn({ changed: true, since: 5_000 })).toBe(0);
  expect(nextIn({ changed: false, since: 1_000 })).toBe(REPEAT_MS - 1_000);
});
