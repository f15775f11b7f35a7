import { vi } from "vitest";
import type { LiveState, Look, Participant } from "../backend/liveTypes";

/** An image as it is seen. */
export const seen: Omit<Look, "cursor" | "strokes"> = {
  study: "1.2",
  series: "1.2.3",
  instance: "1.2.3.4",
  frame: 1,
  view: "stack",
  window: { center: 500, width: 2500 },
  invert: false,
  zoom: 1,
  pan: [0, 0],
  rotation: 0,
  flip: false,
  point: null,
};

export const look: Look = { ...seen, cursor: null, strokes: [] };

export const me: Participant = {
  practitioner: "p-me",
  name: "田中 花子",
  mine: true,
  connected: true,
  sharing: true,
  since: "2026-11-30T01:00:00Z",
  look,
};

export const suzuki: Participant = {
  ...me,
  practitioner: "p-suzuki",
  name: "鈴木 一郎",
  mine: false,
  since: "2026-11-30T00:59:00Z",
};

export const looking = (...participants: Participant[]): LiveState => ({
  participants,
  messages: [],
  reachable: [],
});

export const LIVE = "/api/v1/cases/c1/live";

/** What a node answers whoever takes part in the live consult of `c1`; a message is always the same. */
export const answersOf = (state: LiveState) => ({
  [`PUT ${LIVE}`]: { body: state },
  [`GET ${LIVE}`]: { body: state },
  [`DELETE ${LIVE}`]: { body: looking() },
  [`POST ${LIVE}/messages`]: {
    body: {
      ...state,
      messages: [{ number: 1, practitioner: me.practitioner, at: me.since, text: "ここです" }],
    },
  },
});

/** Stands in for the browser's line of events. */
export class Line extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Line[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    super();
    Line.opened.push(this);
  }

  tell(state: unknown): void {
    this.dispatchEvent(new MessageEvent("live", { data: JSON.stringify(state) }));
  }

  close(): void {
    this.readyState = Line.CLOSED;
  }
}

/** From now on lines are these. */
export function useLines(): void {
  Line.opened = [];
  vi.stubGlobal("EventSource", Line);
}
