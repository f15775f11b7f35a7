import { useQuery } from "@tanstack/react-query";
import { address, get, segment, send } from "./client";
import type { LiveState, Shared } from "./liveTypes";
import { keys } from "./queries";

const path = (caseId: string) => `/cases/${segment(caseId)}/live`;

/** Looking at a case together, one function for each thing that can be asked. */
export const live = {
  state: (caseId: string) => get<LiveState>(path(caseId)),
  /** Joins, or says what is looked at now. */
  show: (caseId: string, shared: Shared) => send<LiveState>("PUT", path(caseId), shared),

  leave: (caseId: string) => send<LiveState>("DELETE", path(caseId)),
  say: (caseId: string, text: string) =>
    send<LiveState>("POST", `${path(caseId)}/messages`, { text }),
};

/** Who looks at a case, for whoever does not; asked again by itself, since an event may be lost. */
export const useLiveState = (caseId: string, enabled: boolean): LiveState | undefined =>
  useQuery({
    queryKey: keys.live(caseId),
    queryFn: () => live.state(caseId),
    // Where somebody may not look with others, she is not told of them either.
    refetchInterval: (query) => (query.state.error ? false : 20_000),
    enabled,
  }).data;

/** The names of others who look at it now. */
export function othersLooking(state: LiveState | undefined): string[] {
  const there = state?.participants.filter((one) => !one.mine && one.connected) ?? [];
  return there.map((one) => one.name);
}

/** Leaves while the page is being closed: nothing waits for the answer. */
export function leaveAtOnce(caseId: string): void {
  fetch(address(path(caseId)), {
    method: "DELETE",
    headers: { "X-Dokuei": "1" },
    credentials: "same-origin",
    keepalive: true,
  }).catch(() => {
    // The node notices by itself when nothing comes any more.
  });
}

/** How long until a line that the node closed is opened anew, in ms. */
const AGAIN_MS = 3_000;

/** Hears of every change; the returned function stops it. `told` is given what the node says now after every gap. */
export function listen(caseId: string, told: (state: LiveState) => void): () => void {
  let source: EventSource | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const open = () => {
    const line = new EventSource(address(`${path(caseId)}/events`));
    source = line;
    let heard = 0;
    line.addEventListener("live", (message: MessageEvent<unknown>) => {
      const state = parseLive(message.data);
      if (!state) return;
      heard += 1;
      told(state);
    });
    line.onopen = () => {
      // What passed while the line was down is asked for; what comes meanwhile is newer.
      const before = heard;
      live.state(caseId).then(
        (state) => {
          if (!over && heard === before) told(state);
        },
        () => {
          // Whoever says what she looks at is told why it is over.
        },
      );
    };
    line.onerror = () => {
      // A browser gives up for good after an HTTP error, so open anew then.
      if (line.readyState === EventSource.CLOSED && !over) again = setTimeout(open, AGAIN_MS);
    };
  };
  open();
  return () => {
    over = true;
    clearTimeout(again);
    source?.close();
  };
}

/** A state as an event brings it; null when it is none. */
export function parseLive(data: unknown): LiveState | null {
  if (typeof data !== "string") return null;
  try {
    const state: unknown = JSON.parse(data);
    return isLive(state) ? state : null;
  } catch {
    return null;
  }
}

function isLive(state: unknown): state is LiveState {
  if (typeof state !== "object" || state === null) return false;
  const { participants, messages, reachable } = state as Partial<Record<keyof LiveState, unknown>>;
  return [participants, messages, reachable].every(Array.isArray);
}
