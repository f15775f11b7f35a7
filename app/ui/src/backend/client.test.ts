import { expect, test, vi } from "vitest";
import { answer } from "../test/node";
import { backend, reportFile } from "./client";
import { rendered } from "./dicomweb";
import { parseEvent } from "./events";
import { Problem } from "./problem";
import { keys, staleAfter } from "./queries";

test("a change carries the header that a foreign page cannot send", async () => {
  const calls = answer({ "POST /api/v1/cases/c%2F1/decline": { body: {} } });
  await backend.decline("c/1", "専門外");
  expect(calls[0]?.headers.get("X-Dokuei")).toBe("1");
  expect(calls[0]?.body).toEqual({ reason: "専門外" });
});

test("signing sends a final report", async () => {
  const calls = answer({ "POST /api/v1/cases/c1/report": { body: {} } });
  const said = { findings: "f", impression: "i", recommendations: "" };
  const confirmation = { passphrase: "secret words", second_factor: { answer: "287082" } };
  await backend.report("c1", { ...said, ...confirmation });
  expect(calls[0]?.body).toEqual({
    status: "final",
    findings: "f",
    impression: "i",
    recommendations: "",
    passphrase: "secret words",
    second_factor: { answer: "287082" },
  });
});

test("a problem document becomes a Problem with its code", async () => {
  answer({
    "GET /api/v1/cases": {
      status: 401,
      body: { code: "not_signed_in", detail: "nobody is signed in", next: "sign in first" },
    },
  });
  const problem = await backend.cases().catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ status: 401, code: "not_signed_in", next: "sign in first" });
});

test("an answer that is no problem document still has a code", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("<html>", { status: 502 })));
  await expect(backend.cases()).rejects.toMatchObject({ code: "http_502", status: 502 });
});

test("a node that does not answer is named as such", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  await expect(backend.cases()).rejects.toMatchObject({ code: "node_unreachable" });
});

test("an empty answer is null", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 })));
  await expect(backend.signOut()).resolves.toBeNull();
});

test("image addresses follow DICOMweb", () => {
  const image = { study: "1.2", series: "1.2.3", instance: "1.2.3.4", frame: 1 };
  const path = "/dicomweb/studies/1.2/series/1.2.3/instances/1.2.3.4/rendered";
  expect(rendered(image, null, 512)).toBe(`${path}?viewport=512%2C512`);
  expect(rendered({ ...image, frame: 2 }, { center: 40, width: 400 }, 512)).toBe(
    `${path}?viewport=512%2C512&frame=2&window=40%2C400`,
  );
  expect(reportFile("c1", "pdf")).toBe("/api/v1/cases/c1/report.pdf");
});

test("events say what is stale, and anything else is ignored", () => {
  const event = parseEvent('{"type":"case","id":"c1"}');
  expect(event && staleAfter(event)).toEqual([keys.cases, keys.urgent, keys.duties, keys.passing]);
  expect(parseEvent("{}")).toBeNull();
  expect(parseEvent("not json")).toBeNull();
  expect(parseEvent('{"type":"weather"}')).toBeNull();
});
