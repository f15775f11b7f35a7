import { screen, waitFor } from "@testing-library/react";
import { Suspense } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import { fetched } from "./fetched";
import { nodeStatus } from "./test/fixtures";
import { answer, show } from "./test/node";

const gone = () => Promise.reject(new TypeError("error loading dynamically imported module"));
let reloads = 0;

beforeEach(() => {
  reloads = 0;
  sessionStorage.clear();
  vi.stubGlobal("location", { hash: "", reload: () => reloads++ });
});

function open() {
  const Page = fetched(gone);
  show(
    <main>
      <Suspense fallback={<p>…</p>}>
        <Page />
      </Suspense>
    </main>,
  );
}

test("a file that an update took away makes the tab load anew, once", async () => {
  answer({ "GET /api/v1/status": { body: nodeStatus } });
  open();
  await waitFor(() => expect(reloads).toBe(1));
  open();
  expect((await screen.findByRole("alert")).textContent).toContain("読み込めませんでした");
  expect(reloads).toBe(1);
});

test("whoever is signed out is loaded anew too", async () => {
  answer({ "GET /api/v1/status": { status: 401, body: { code: "not_signed_in", detail: "" } } });
  open();
  await waitFor(() => expect(reloads).toBe(1));
});

test("a node that is away loses nobody her tab", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed to fetch")));
  open();
  await screen.findByRole("alert");
  expect(reloads).toBe(0);
});
