import { defineConfig } from "vitest/config";

/** End-to-end tests against running programs: one file at a time, and never retried. */
export default defineConfig({
  test: {
    include: ["e2e/*.e2e.ts"],
    setupFiles: ["e2e/explain.ts"],
    // What a failure looked like is told before the pages are closed.
    sequence: { hooks: "list" },
    environment: "node",
    testTimeout: 90_000,
    hookTimeout: 90_000,
    fileParallelism: false,
    // Or the next run has another order, by what failed and how long it took; some scenes go on with what others made.
    cache: false,
  },
});
