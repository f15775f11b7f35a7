import { beforeLeaving } from "../../backend/leaving";
import { leaveAtOnce, listen, live } from "../../backend/live";
import type { LiveState, Shared } from "../../backend/liveTypes";
import { Problem } from "../../backend/problem";
import { sender } from "./sender";

/** The line to a live consult that one takes part in. */
export interface Consult {
  show: (shared: Shared) => void;
  say: (text: string) => Promise<void>;
  /** Ends it here; `told` says whether the node is to know, which a session that is over cannot tell it. */
  end: (told: boolean) => void;
}

/** Joins, and tells of every change until it is ended, here or by the node. */
export function joinConsult(
  caseId: string,
  first: Shared,
  on: {
    state: (state: LiveState) => void;
    ended: (problem: unknown) => void;
    /** She locks or signs out: it is over before her session is. */
    leaving: () => void;
  },
): Consult {
  let over = false;
  let hears: (() => void) | null = null;
  const told = (state: LiveState) => {
    if (!over) on.state(state);
  };
  const end = (leaves: boolean) => {
    if (over) return;
    over = true;
    sending.stop();
    hears?.();
    removeEventListener("pagehide", closing);
    forget();
    if (leaves) leaveAtOnce(caseId);
  };
  const closing = () => end(true);
  const sending = sender((shared) => live.show(caseId, shared), {
    answered: (state) => {
      // Once one is in, the line is opened. What it brings is newer than the answers to what was said before.
      if (hears || over) return;
      hears = listen(caseId, told);
      told(state);
    },
    failed: (problem) => {
      if (!isRefusal(problem)) return;
      end(false);
      on.ended(problem);
    },
  });
  const forget = beforeLeaving(() => {
    end(false);
    on.leaving();
    return live.leave(caseId);
  });
  addEventListener("pagehide", closing);
  sending.offer(first);
  return {
    show: sending.offer,
    say: async (text) => told(await live.say(caseId, text)),
    end,
  };
}

/** The node said no; silence, or too much at once, passes. */
function isRefusal(problem: unknown): boolean {
  return (
    problem instanceof Problem &&
    problem.status >= 400 &&
    problem.status < 500 &&
    problem.status !== 429
  );
}
