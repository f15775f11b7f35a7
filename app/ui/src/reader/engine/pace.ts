/** Something that is done later, once, however often it is asked for meanwhile. */
export interface Paced {
  ask: () => void;
  /** What was asked for and is not done yet is not done any more. */
  stop: () => void;
}

/** When later is: calls `go` then, unless what it returns is called before. */
export type Later = (go: () => void) => () => void;

/** With the next picture of the screen: nobody sees more than that. */
export const nextPicture: Later = (go) => {
  const waiting = requestAnimationFrame(go);
  return () => cancelAnimationFrame(waiting);
};

/** After so many ms. */
export const after =
  (ms: number): Later =>
  (go) => {
    const waiting = setTimeout(go, ms);
    return () => clearTimeout(waiting);
  };

export function paced(act: () => void, later: Later): Paced {
  let cancel: (() => void) | undefined;
  return {
    ask: () => {
      cancel ??= later(() => {
        cancel = undefined;
        act();
      });
    },
    stop: () => {
      cancel?.();
      cancel = undefined;
    },
  };
}
