import type { LiveState, Look, Participant } from "../../../backend/liveTypes";

/** Whose view is followed, and whether somebody went her own way meanwhile. */
export interface Following {
  whom: string | null;
  paused: boolean;
}

export const NOBODY: Following = { whom: null, paused: false };

/** Follows somebody, or nobody any more. */
export function following(whom: string | null): Following {
  return { whom, paused: false };
}

/** Somebody moved the images herself: they are no longer moved under her hands. */
export function wentAway(now: Following): Following {
  return now.whom === null || now.paused ? now : { ...now, paused: true };
}

/** Whoever is followed and has left is followed no longer; whoever shares nothing for a while is waited for. */
export function withPeople(now: Following, { participants }: LiveState): Following {
  const there = participants.some((one) => !one.mine && one.practitioner === now.whom);
  return now.whom === null || there ? now : NOBODY;
}

/** Whom somebody who joins follows: who shares her view longest. */
export function firstToFollow({ participants }: LiveState): string | null {
  const [first] = participants
    .filter((one) => !one.mine && one.connected && one.sharing)
    .sort((one, other) => one.since.localeCompare(other.since));
  return first?.practitioner ?? null;
}

/** The look that is to be shown; null when nobody is followed now, or she shares none. */
export function lookToFollow({ whom, paused }: Following, state: LiveState | null): Look | null {
  if (whom === null || paused) return null;
  return others(state).find((one) => one.practitioner === whom)?.look ?? null;
}

/** Everybody else. */
export function others(state: LiveState | null): Participant[] {
  return state?.participants.filter((one) => !one.mine) ?? [];
}

/** A number from 0 on by which somebody's pointer and lines have a colour of their own. */
export function colourOf(state: LiveState | null, practitioner: string): number {
  const ids = state?.participants.map((one) => one.practitioner).sort() ?? [];
  return Math.max(ids.indexOf(practitioner), 0) % COLOURS;
}

/** As many as there are in `live.css`. */
const COLOURS = 4;
