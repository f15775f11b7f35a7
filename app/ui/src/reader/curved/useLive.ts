import { useEffect, useState } from "react";
import type { LivePane } from "../engine/live";
import { liveCurved, type Along } from "./live";

/** How the views along an arch take part in a live consult; the same as long as they are open. */
export function useLive(along: Along): LivePane {
  const [{ note, live }] = useState(noted);
  useEffect(() => note(along));
  return live;
}

function noted() {
  let now: Along | null = null;
  return {
    note: (along: Along) => {
      now = along;
    },
    live: liveCurved(() => now),
  };
}
