import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { follow } from "./events";
import { createQueryClient } from "./queries";

/** A stand-in whose state the test sets. */
class Line extends EventTarget {
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static opened: Line[] = [];
  readyState = 0;
  onmessage: ((message: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  onopen: (() => void) | null = null;
  close = vi.fn();
  constructor() {
    super();
    Line.opened.push(this);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Line);
  Line.opened = [];
});
afterEach(() => vi.useRealTimers());

function start() {
  const client = createQueryClient();
  const invalidated = vi.spyOn(client, "invalidateQueries");
  const stop = follow(client);
  const [line] = Line.opened;
  if (!line) throw new Error("no line was opened");
  return { line, invalidated, stop };
}

test("while the line is open only events refresh", () => {
  const { line, invalidated, stop } = start();
  line.readyState = Line.OPEN;
  vi.advanceTimersByTime(20_000);
  expect(invalidated).not.toHaveBeenCalled();
  line.onmessage?.({ data: '{"type":"study","id":"1.2.3"}' });
  expect(invalidated).toHaveBeenCalledWith({ queryKey: ["studies"] });
  stop();
  expect(line.close).toHaveBeenCalled();
});

test("without a line everything is asked again every few seconds, and a closed line is reopened", () => {
  const { line, invalidated, stop } = start();
  line.readyState = Line.CLOSED;
  vi.advanceTimersByTime(5_000);
  expect(invalidated).toHaveBeenCalledWith();
  expect(Line.opened).toHaveLength(2);
  stop();
});

test("what may have been missed is asked for: after a break, and when the node dropped events", () => {
  const { line, invalidated, stop } = start();
  line.onopen?.();
  expect(invalidated).not.toHaveBeenCalled();
  line.onerror?.();
  line.onopen?.();
  expect(invalidated).toHaveBeenCalledTimes(1);
  line.dispatchEvent(new Event("lagged"));
  expect(invalidated).toHaveBeenCalledTimes(2);
  stop();
});
