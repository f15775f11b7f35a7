import { defineConfig } from "vitest/config";

/** End-to-end tests against a running demo: one program at a time, and never retried. */
export default defineConfig({
  test: {
    include: ["e2e/*.e2e.ts"],
    environment: "node",
    testTimeout: 90_000,
    hookTimeout: 90_000,
    fileParallelism: false,
  },
});
