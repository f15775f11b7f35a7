import type { LiveState, Shared } from "../../backend/liveTypes";
import { nextIn } from "../pure/live/sending";

/** Says what is looked at: the newest, not too often, one at a time, and again where nothing changes. */
export interface Sender {
  offer: (shared: Shared) => void;
  stop: () => void;
}

export function sender(
  show: (shared: Shared) => Promise<LiveState>,
  on: { answered: (state: LiveState) => void; failed: (problem: unknown) => void },
): Sender {
  let newest: { shared: Shared; text: string } | null = null;
  let said = "";
  let at = -Infinity;
  let busy = false;
  let over = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const plan = () => {
    clearTimeout(waiting);
    if (over || busy || !newest) return;
    const since = performance.now() - at;
    waiting = setTimeout(send, nextIn({ changed: newest.text !== said, since }));
  };
  const send = () => {
    if (over || !newest) return;
    busy = true;
    at = performance.now();
    said = newest.text;
    show(newest.shared)
      .then((state) => {
        if (!over) on.answered(state);
      })
      .catch((problem: unknown) => {
        // What may not have arrived is said again with the next beat.
        if (!over) on.failed(problem);
      })
      .finally(() => {
        busy = false;
        plan();
      });
  };
  return {
    offer: (shared) => {
      const text = JSON.stringify(shared);
      const known = newest?.text === text;
      newest = { shared, text };
      if (!known) plan();
    },
    stop: () => {
      over = true;
      clearTimeout(waiting);
    },
  };
}
