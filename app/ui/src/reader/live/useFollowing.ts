import { useEffect, useEffectEvent, useRef } from "react";
import type { LivePane } from "../engine/live";
import type { PaneState } from "../engine/view";
import type { Hung, Mode } from "../pure/hanging";
import { lookToFollow } from "../pure/live/follow";
import { modeOf, sameSeen } from "../pure/live/look";
import type { Desk } from "./desk";

/** So often the same look is tried: what this screen cannot show like the other is left as it is. */
const TRIES = 4;

const UNTRIED = { look: "", times: 0, hung: "" };

/** Tells others what the pane that is worked in shows, and shows in it what somebody else sees. */
export function useFollowing({
  desk,
  study,
  series,
  here,
  state,
  pane,
  hang,
}: {
  desk: Desk;
  /** The study of the case: nothing else is shown to others. */
  study: string;
  /** UIDs of its series that have images. */
  series: readonly string[];
  /** What hangs in the pane that is worked in, and its state. */
  here: Hung | null;
  state: PaneState | undefined;
  pane: () => LivePane | undefined;
  hang: (series: string, mode: Mode) => void;
}): void {
  const tried = useRef({ ...UNTRIED });
  const follow = useEffectEvent(() => {
    const { following, state: live } = desk.now();
    const wanted = lookToFollow(following, live);
    const now = tried.current;
    if (!wanted || wanted.study !== study || !series.includes(wanted.series)) {
      Object.assign(now, UNTRIED);
      return;
    }
    const mode = modeOf(wanted.view);
    if (here?.series !== wanted.series || here.mode !== mode) {
      const hung = `${wanted.series}/${mode}`;
      // Once: it takes React a moment to hang it.
      if (now.hung !== hung) hang(wanted.series, mode);
      now.hung = hung;
      return;
    }
    now.hung = "";
    const shown = pane();
    const seen = shown?.seen();
    if (!shown || !seen) return;
    if (sameSeen(seen, wanted)) {
      Object.assign(now, UNTRIED);
      return;
    }
    const look = JSON.stringify({ ...wanted, cursor: null, strokes: [] });
    if (now.look !== look) Object.assign(now, { look, times: 0 });
    if (now.times < TRIES && shown.show(wanted)) now.times += 1;
  });
  const see = useEffectEvent(() => {
    const seen = pane()?.seen() ?? null;
    desk.see(seen?.study === study ? seen : null);
    follow();
  });
  // What is seen has changed, or hangs elsewhere.
  useEffect(() => see(), [desk, state, here]);
  useEffect(() => desk.listen(() => follow()), [desk]);
}
