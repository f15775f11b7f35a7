import { expect, test, vi } from "vitest";
import { paced, type Later } from "./pace";

/** Later is when the test says so. */
function clock() {
  const waiting = new Set<() => void>();
  const later: Later = (go) => {
    waiting.add(go);
    return () => waiting.delete(go);
  };
  const pass = () => {
    const due = [...waiting];
    waiting.clear();
    for (const go of due) go();
  };
  return { later, pass };
}

test("what is asked for several times is done once, and again when it is asked for again", () => {
  const { later, pass } = clock();
  const act = vi.fn();
  const { ask } = paced(act, later);
  ask();
  ask();
  expect(act).not.toHaveBeenCalled();
  pass();
  expect(act).toHaveBeenCalledTimes(1);
  pass();
  expect(act).toHaveBeenCalledTimes(1);
  ask();
  pass();
  expect(act).toHaveBeenCalledTimes(2);
});

test("what is stopped is not done, and may be asked for anew", () => {
  const { later, pass } = clock();
  const act = vi.fn();
  const { ask, stop } = paced(act, later);
  ask();
  stop();
  pass();
  expect(act).not.toHaveBeenCalled();
  ask();
  pass();
  expect(act).toHaveBeenCalledTimes(1);
});
