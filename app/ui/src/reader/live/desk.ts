import type { LiveState, Place, Shared } from "../../backend/liveTypes";
import * as follow from "../pure/live/follow";
import { imageKey, lookOf, sameSeen, type Seen } from "../pure/live/look";
import { begun, drawnOn, linesOver, wiped, type Drawn } from "../pure/live/strokes";
import { joinConsult, type Consult } from "./consult";

/** How a live consult stands in this page. */
export interface DeskState {
  /** `locked`: it was ended with the session. */
  phase: "out" | "joining" | "in" | "locked";
  state: LiveState | null;
  /** Why the node ended it, or took no message. */
  problem: unknown;
  sharing: boolean;
  following: follow.Following;
  /** A press draws over the image. */
  drawing: boolean;
  lines: readonly Drawn[];
}

const OUT: DeskState = {
  phase: "out",
  state: null,
  problem: null,
  sharing: true,
  following: follow.NOBODY,
  drawing: false,
  lines: [],
};

/** What can be done in a live consult. Nothing of it is kept when it ends. */
export interface Desk {
  now: () => DeskState;
  listen: (listener: () => void) => () => void;
  join: () => void;
  leave: () => void;
  /** The session is over, or the page is left: with `told` the node is to know. */
  close: (told: boolean) => void;
  share: (on: boolean) => void;
  follow: (whom: string | null) => void;
  /** Somebody moved the images herself. */
  touched: () => void;
  draw: (on: boolean) => void;
  /** A line begins at a place of what is seen, or goes on there. */
  begin: (at: Place) => void;
  on: (at: Place) => void;
  wipe: () => void;
  say: (text: string) => Promise<void>;
  /** What the pane that is worked in shows now. */
  see: (seen: Seen | null) => void;
  /** Where the pointer is over it. */
  point: (at: Place | null) => void;
}

export function desk(caseId: string | null): Desk {
  let state = OUT;
  let consult: Consult | null = null;
  let seen: Seen | null = null;
  let cursor: Place | null = null;
  const listeners = new Set<() => void>();

  const set = (part: Partial<DeskState>) => {
    state = { ...state, ...part };
    consult?.show(shared());
    for (const listener of listeners) listener();
  };
  const shared = (): Shared => {
    if (!state.sharing || !seen) return { sharing: state.sharing, look: null };
    const lines = linesOver(state.lines, imageKey(seen));
    // Whoever follows says the very words of whom she follows: two who follow each other would else drift apart.
    const followed = follow.lookToFollow(state.following, state.state);
    const base = followed && sameSeen(seen, followed) ? followed : seen;
    return { sharing: true, look: lookOf(base, cursor, lines) };
  };
  const told = (next: LiveState) => {
    const first = state.phase === "joining";
    const whom = first ? follow.firstToFollow(next) : null;
    const following = whom === null ? state.following : follow.following(whom);
    set({ phase: "in", state: next, following: follow.withPeople(following, next) });
  };
  const end = (part: Partial<DeskState>, leaves: boolean) => {
    consult?.end(leaves);
    consult = null;
    if (state !== OUT) set({ ...OUT, sharing: state.sharing, ...part });
  };
  return {
    now: () => state,
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    join: () => {
      if (consult || caseId === null) return;
      set({ ...OUT, sharing: state.sharing, phase: "joining" });
      consult = joinConsult(caseId, shared(), {
        state: told,
        ended: (problem) => end({ problem }, false),
        leaving: () => end({ phase: "locked" }, false),
      });
    },
    leave: () => end({}, true),
    close: (leaves) => {
      if (consult) end({ phase: "locked" }, leaves);
    },
    share: (sharing) => set({ sharing }),
    follow: (whom) => set({ following: follow.following(whom) }),
    touched: () => {
      const following = follow.wentAway(state.following);
      if (following !== state.following) set({ following });
    },
    draw: (drawing) => set({ drawing }),
    begin: (at) => {
      if (seen) set({ lines: begun(state.lines, imageKey(seen), at) });
    },
    on: (at) => {
      const lines = drawnOn(state.lines, at);
      if (lines !== state.lines) set({ lines });
    },
    wipe: () => {
      if (seen) set({ lines: wiped(state.lines, imageKey(seen)) });
    },
    say: async (text) => {
      await consult?.say(text);
    },
    see: (next) => {
      seen = next;
      consult?.show(shared());
    },
    point: (at) => {
      cursor = at;
      consult?.show(shared());
    },
  };
}
