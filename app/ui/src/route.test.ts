import { expect, test } from "vitest";
import { href, parseRoute, type Route } from "./route";

test("every route survives its address", () => {
  const routes: Route[] = [
    { page: "work" },
    { page: "case", id: "a/b c" },
    { page: "request", study: null },
    { page: "request", study: "1.2.3" },
    { page: "request", study: null, reader: "bb" },
    { page: "directory" },
    { page: "profile" },
    { page: "export", study: "1.2.3" },
    { page: "images", study: "1.2.3", caseId: null },
    { page: "images", study: "1.2.3", caseId: "c1" },
    { page: "reader", study: "1.2.3", caseId: "c1" },
    { page: "reader", study: "1.2.3", caseId: "c1", live: true },
  ];
  for (const route of routes) expect(parseRoute(href(route))).toEqual(route);
});

test("anything else is the work list", () => {
  for (const fragment of ["", "#", "#/nowhere", "#/cases", "#/cases/%E0%A4%A"]) {
    expect(parseRoute(fragment)).toEqual({ page: "work" });
  }
});
