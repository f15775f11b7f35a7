import { useSyncExternalStore } from "react";

const MINUTE = 60_000;

/** Now, seconds since 1970, as of the last full minute: what is shown as an age gets older by itself. */
export function useNow(): number {
  return useSyncExternalStore(everyMinute, lastMinute);
}

function lastMinute(): number {
  return (Math.floor(Date.now() / MINUTE) * MINUTE) / 1000;
}

function everyMinute(changed: () => void): () => void {
  const timer = setInterval(changed, MINUTE / 4);
  return () => {
    clearInterval(timer);
  };
}
