import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import { startTexts } from "../i18n";
import { judge } from "./axe";

startTexts();
// A busy machine draws slowly: what is waited for comes, and only a failure takes this long.
configure({ asyncUtilTimeout: 20_000 });

// jsdom has neither modal dialogs nor server-sent events; components need their outline only.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};

// Nor a screen that could be dark or touched.
window.matchMedia = (media) =>
  Object.assign(new EventTarget(), {
    matches: false,
    media,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  });

afterEach(async ({ task }) => {
  // Whatever a test of a page or a part of it ends with is judged; axe waits, which stopped clocks would not end.
  const shown = document.body.childElementCount > 0 && task.result?.state !== "fail";
  if (shown && !vi.isFakeTimers()) await judge();
  cleanup();
  vi.unstubAllGlobals();
  location.hash = "";
});
