import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import { startTexts } from "../i18n";

startTexts();

// jsdom has neither modal dialogs nor server-sent events; components need their outline only.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  location.hash = "";
});
