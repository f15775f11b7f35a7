import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { leaving } from "../../backend/leaving";
import type { Shared } from "../../backend/liveTypes";
import { answersOf, Line, LIVE, look, looking, me, seen, suzuki, useLines } from "../../test/live";
import { answer, type Call } from "../../test/node";
import { desk, type Desk } from "./desk";

let here: Desk;

beforeEach(() => {
  vi.useFakeTimers();
  useLines();
  here = desk("c1");
});
afterEach(() => {
  here.close(false);
  vi.useRealTimers();
});

/** Lets what was asked be answered. */
const settle = () => vi.advanceTimersByTimeAsync(0);
const puts = (calls: Call[]) => calls.filter((call) => call.method === "PUT");
const lastLook = (calls: Call[]) => (puts(calls).at(-1)?.body as Shared).look;

async function joined(...people: Parameters<typeof looking>) {
  const calls = answer(answersOf(looking(...people)));
  here.see(seen);
  here.join();
  await settle();
  await settle();
  return calls;
}

test("nothing is said before one joins, and joining says what is seen", async () => {
  const calls = answer({});
  here.see(seen);
  here.point([0.5, 0.5]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toEqual([]);
  expect(here.now().phase).toBe("out");
});

test("looks are sent at most 20 times a second, the newest of them, and only what changed", async () => {
  const calls = await joined(me);
  expect(here.now().phase).toBe("in");
  expect(puts(calls).length).toBeLessThanOrEqual(2);
  const before = puts(calls).length;
  for (let at = 0; at < 100; at++) {
    here.point([at / 100, 0.5]);
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(100);
  const sent = puts(calls).length - before;
  expect(sent).toBeGreaterThan(15);
  expect(sent).toBeLessThanOrEqual(22);
  expect(lastLook(calls)?.cursor).toEqual([0.99, 0.5]);
  here.point([0.99, 0.5]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(puts(calls).length - before).toBe(sent);
});

test("the same is said again every ten seconds", async () => {
  const calls = await joined(me);
  await vi.advanceTimersByTimeAsync(1_000);
  const before = puts(calls).length;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(puts(calls).length - before).toBe(3);
});

test("who does not share says nothing of what she sees", async () => {
  const calls = await joined(me);
  here.share(false);
  await vi.advanceTimersByTimeAsync(100);
  expect(puts(calls).at(-1)?.body).toEqual({ sharing: false, look: null });
});

test("whoever joins follows the other; her own hand breaks it off, and she may follow again", async () => {
  await joined(me, suzuki);
  expect(here.now().following).toEqual({ whom: "p-suzuki", paused: false });
  here.touched();
  expect(here.now().following.paused).toBe(true);
  here.follow("p-suzuki");
  expect(here.now().following.paused).toBe(false);
  Line.opened[0]?.tell(looking(me));
  expect(here.now().following.whom).toBeNull();
});

test("who follows says the very words of whom she follows, so that two do not drift apart", async () => {
  const calls = await joined(me, { ...suzuki, look: { ...look, zoom: 1.003, pan: [0.002, 0] } });
  here.point([0.25, 0.25]);
  await vi.advanceTimersByTimeAsync(200);
  expect(lastLook(calls)).toMatchObject({ zoom: 1.003, pan: [0.002, 0], cursor: [0.25, 0.25] });
});

test("lines go with the image over which they were drawn, until they are wiped away", async () => {
  const calls = await joined(me);
  here.draw(true);
  here.begin([0.1, 0.1]);
  here.on([0.2, 0.2]);
  await vi.advanceTimersByTimeAsync(200);
  expect(lastLook(calls)?.strokes).toEqual([
    {
      points: [
        [0.1, 0.1],
        [0.2, 0.2],
      ],
    },
  ]);
  here.see({ ...seen, instance: "1.2.3.5" });
  await vi.advanceTimersByTimeAsync(200);
  expect(lastLook(calls)).toMatchObject({ instance: "1.2.3.5", strokes: [] });
  here.see(seen);
  here.wipe();
  await vi.advanceTimersByTimeAsync(200);
  expect(lastLook(calls)?.strokes).toEqual([]);
});

test("what is said is heard at once, and nothing of it is left afterwards", async () => {
  const calls = await joined(me);
  await here.say("ここです");
  expect(here.now().state?.messages[0]?.text).toBe("ここです");
  here.leave();
  await settle();
  expect(calls.at(-1)?.method).toBe("DELETE");
  expect(here.now()).toMatchObject({ phase: "out", state: null, lines: [] });
  expect(Line.opened.every((line) => line.readyState === Line.CLOSED)).toBe(true);
  const left = calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(left);
});

test("a session that is over ends it without asking the node, and a page that is closed tells it", async () => {
  const calls = await joined(me);
  here.close(false);
  expect(here.now().phase).toBe("locked");
  expect(calls.some((call) => call.method === "DELETE")).toBe(false);
  await joined(me);
  const more = answer({});
  dispatchEvent(new Event("pagehide"));
  await settle();
  expect(more.map((call) => call.method)).toEqual(["DELETE"]);
  expect(more[0]?.headers.get("X-Dokuei")).toBe("1");
});

test("r12 who may not look with others is told so, and asks no more", async () => {
  const calls = answer({
    [`PUT ${LIVE}`]: { status: 403, body: { code: "not_allowed", detail: "no" } },
  });
  here.see(seen);
  here.join();
  await settle();
  await settle();
  expect(here.now().phase).toBe("out");
  expect(here.now().problem).toMatchObject({ status: 403 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(puts(calls)).toHaveLength(1);
});

test("a node that is silent for a while does not end it", async () => {
  await joined(me);
  const calls = answer({ [`PUT ${LIVE}`]: { status: 503, body: { code: "busy", detail: "" } } });
  here.point([0.1, 0.9]);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(here.now().phase).toBe("in");
  expect(puts(calls).length).toBeGreaterThan(1);
});

test("what the line brings goes before answers, and after a gap the node is asked", async () => {
  await joined(me, suzuki);
  Line.opened[0]?.tell(looking(me, { ...suzuki, sharing: false }));
  here.point([0.3, 0.3]);
  await vi.advanceTimersByTimeAsync(500);
  expect(here.now().state?.participants[1]?.sharing).toBe(false);
  Line.opened[0]?.onopen?.();
  await settle();
  await settle();
  expect(here.now().state?.participants[1]?.sharing).toBe(true);
  const [line] = Line.opened;
  line?.close();
  line?.onerror?.();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(Line.opened).toHaveLength(2);
});

test("r20 locking and signing out by hand leave it first, while the node still listens", async () => {
  const calls = await joined(me);
  await Promise.all([leaving(), settle()]);
  expect(calls.at(-1)?.method).toBe("DELETE");
  expect(here.now().phase).toBe("locked");
  const left = calls.length;
  here.point([0.9, 0.9]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(calls).toHaveLength(left);
  await Promise.all([leaving(), vi.advanceTimersByTimeAsync(2_000)]);
  expect(calls).toHaveLength(left);
});
