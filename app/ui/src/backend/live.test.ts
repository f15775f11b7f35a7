import { expect, test } from "vitest";
import { looking, me, suzuki } from "../test/live";
import { othersLooking, parseLive } from "./live";

test("what is no state of a live consult is none", () => {
  for (const wrong of [null, 7, "", "{}", "[]", '{"participants":1,"messages":[],"reachable":[]}'])
    expect(parseLive(wrong)).toBeNull();
  expect(parseLive(JSON.stringify(looking(me)))).toEqual(looking(me));
});

test("others are told of who is there, not of oneself and of who is gone", () => {
  const gone = { ...suzuki, name: "佐藤", connected: false };
  expect(othersLooking(looking(me, suzuki, gone))).toEqual(["鈴木 一郎"]);
  expect(othersLooking(undefined)).toEqual([]);
});
