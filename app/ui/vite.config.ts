import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/**
 * Cornerstone styles the text of a measurement by an attribute, which the node's policy refuses, as it should. The same
 * style set from a script is allowed.
 */
const styleByScript: Plugin = {
  name: "style-by-script",
  transform(code, id) {
    if (!id.endsWith("/drawingSvg/drawTextBox.js")) return null;
    const changed = code.replace(
      "textElement.setAttribute('style', combinedStyle)",
      "textElement.style.cssText = combinedStyle",
    );
    if (changed === code) throw new Error("drawTextBox.js styles its text otherwise now");
    return { code: changed, map: null };
  },
};

// Two doors: the practitioners' app, which the node serves, and the registry operator's console (`--mode registry`).
export default defineConfig(({ mode }) => ({
  plugins: [react(), styleByScript],
  ...(mode === "registry" && { root: "registry", publicDir: "../public" }),
  build: {
    ...(mode === "registry" && { outDir: "../dist-registry", emptyOutDir: true }),
    target: "es2022",
    // The node serves these files under a strict Content-Security-Policy:
    // nothing may be inlined as a data: URL or as an inline module-preload script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    restoreMocks: true,
    // One worker for all files: on the two busy cores of a CI machine starting more costs more than they save.
    pool: "threads",
    maxWorkers: 1,
    isolate: false,
    testTimeout: 30_000,
  },
}));
