import { expect, test, vi } from "vitest";
import { backend } from "./client";
import { actKey } from "./repeat";

const keyOf = (call: unknown[]) =>
  new Headers((call[1] as RequestInit).headers).get("Idempotency-Key");

test("what may not have arrived is sent again with its key, and the next act has another", async () => {
  vi.useFakeTimers();
  const ok = () => Promise.resolve(new Response("{}", { status: 200 }));
  const fetched = vi.fn().mockRejectedValueOnce(new TypeError("failed")).mockImplementation(ok);
  vi.stubGlobal("fetch", fetched);
  const first = backend.accept("c1");
  await vi.runAllTimersAsync();
  await first;
  await backend.accept("c2");
  vi.useRealTimers();
  const keys = fetched.mock.calls.map(keyOf);
  expect(keys).toHaveLength(3);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

test("a refusal is not asked for again", async () => {
  const refused = () => Promise.resolve(new Response('{"code":"conflict"}', { status: 409 }));
  const fetched = vi.fn().mockImplementation(refused);
  vi.stubGlobal("fetch", fetched);
  await expect(backend.accept("c1")).rejects.toMatchObject({ code: "conflict" });
  expect(fetched).toHaveBeenCalledTimes(1);
});

test("where secrets go there is no key", () => {
  expect(actKey("/session/lock")).toBeNull();
  expect(actKey("/applications")).toBeNull();
  expect(actKey("/cases/1/accept")).not.toBeNull();
});

test("where nothing is kept there is no key", () => {
  expect(actKey("/cases/1/live/messages")).toBeNull();
});
