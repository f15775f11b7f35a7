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

// Nor a layout: a long list draws what its frame has room for.
const lengths: [keyof HTMLElement, string, number][] = [
  ["clientHeight", ".case-rows", 800],
  ["scrollHeight", ".case-rows", 2_000_000],
  ["offsetHeight", "tr[data-index]", 100],
];
for (const [length, where, pixels] of lengths) {
  Object.defineProperty(HTMLElement.prototype, length, {
    configurable: true,
    get(this: HTMLElement) {
      return this.matches(where) ? pixels : 0;
    },
  });
}
HTMLElement.prototype.scrollIntoView = () => undefined;
HTMLElement.prototype.scrollTo = function (this: HTMLElement, to?: ScrollToOptions | number) {
  this.scrollTop = typeof to === "number" ? to : (to?.top ?? 0);
  this.dispatchEvent(new Event("scroll"));
};

afterEach(async ({ task }) => {
  // Whatever a test of a page or a part of it ends with is judged; axe waits, which stopped clocks would not end.
  const shown = document.body.childElementCount > 0 && task.result?.state !== "fail";
  if (shown && !vi.isFakeTimers()) await judge();
  cleanup();
  vi.unstubAllGlobals();
  location.hash = "";
});
