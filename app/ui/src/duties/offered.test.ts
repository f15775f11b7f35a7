import { expect, test } from "vitest";
import { readingCase, reportedCase } from "../test/cases";
import { furtherFor, toExplain } from "./offered";
import { endOfDay, instant } from "./when";

test("what is offered follows from who reads and who asked", () => {
  expect(furtherFor(readingCase)).toEqual(["urgent", "incidental", "ask", "forward"]);
  expect(furtherFor({ ...readingCase, frozen: true })).toEqual(["urgent"]);
  expect(furtherFor({ ...reportedCase, state: "awaiting_acceptance", reports: [] })).toEqual([
    "forward",
    "withdraw",
  ]);
  const read = reportedCase.reports.map((one) => ({ ...one, read_at: "2026-11-24T09:00:00Z" }));
  expect(furtherFor({ ...reportedCase, state: "closed", reports: read })).toEqual([
    "inform",
    "ask",
  ]);
  const own = reportedCase.reports.map((one) => ({ ...one, mine: true }));
  expect(furtherFor({ ...readingCase, state: "reported", reports: own })).toContain("amend");
});

test("what is explained already is not asked for again", () => {
  const read = reportedCase.reports.map((one) => ({ ...one, read_at: "2026-11-24T09:00:00Z" }));
  expect(toExplain({ ...reportedCase, reports: read })).toEqual(["e1"]);
  const informed = [{ entry_id: "p1", about: "e1", by: "x", at: "2026-11-24T10:00:00Z", note: "" }];
  expect(toExplain({ ...reportedCase, reports: read, informed })).toEqual([]);
});

test("times are sent in whole seconds, and a day lasts until its end", () => {
  expect(instant("")).toBeNull();
  expect(instant("2026-11-24T10:00")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/);
  expect(endOfDay("")).toBeNull();
  expect(endOfDay("2026-11-24")).toBe(instant("2026-11-24T23:59"));
});
