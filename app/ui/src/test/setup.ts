import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import { startTexts } from "../i18n";

startTexts();
// A busy machine draws slowly: what is waited for comes, and only a failure takes this long.
configure({ asyncUtilTimeout: 20_000 });

// jsdom has neither modal dialogs nor server-sent events; components need their outline only.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  location.hash = "";
});
