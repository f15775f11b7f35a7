import type { PaneState } from "./engine/view";
import type { ImageFacts, Triple } from "./pure/dicom";
import type { Command } from "./pure/keys";
import { follower, windowFor } from "./pure/link";

/** Panes that follow the one that is worked in. */
export interface Linking {
  /** Links panes from what they show now, or lets each go its own way. */
  link: (on: boolean) => void;
  /** What a pane shows now; the others follow when it is the one that is worked in. */
  note: (at: number, state: PaneState, worked: boolean, reach: Reach) => void;
  /** A pane shows something else or nothing. */
  forget: (at: number) => void;
}

/** The other panes, which count from 0. */
export interface Reach {
  /** Of all images of a pane. */
  facts: (at: number) => Promise<readonly ImageFacts[]>;
  run: (at: number, command: Command) => void;
}

export function linking(): Linking {
  let linked = false;
  const states = new Map<number, PaneState>();
  const anchors = new Map<number, Triple>();

  /** Panes keep the distances that they have now. */
  const anchorAll = () => {
    for (const [at, { facts }] of states) if (facts?.position) anchors.set(at, facts.position);
  };
  const follow = async (leading: number, other: number, { facts, run }: Reach) => {
    const [one, two] = [states.get(leading), states.get(other)];
    if (!one?.facts || !two?.facts) return;
    const window = windowFor(
      { facts: one.facts, window: one.window },
      { facts: two.facts, window: two.window },
    );
    if (window) run(other, { do: "window", window });
    const [from, to] = [anchors.get(leading), anchors.get(other)];
    const images = await facts(other);
    const index = follower(one.facts, images, from && to ? { leader: from, follower: to } : null);
    // What came meanwhile has led on itself.
    if (!linked || states.get(leading) !== one) return;
    if (index !== null && index !== states.get(other)?.index) run(other, { do: "to", index });
  };
  return {
    link: (on) => {
      linked = on;
      anchors.clear();
      anchorAll();
    },
    note: (at, state, worked, reach) => {
      states.set(at, state);
      if (!linked) return;
      if (!anchors.has(at)) anchorAll();
      if (!worked) return;
      for (const other of states.keys())
        if (other !== at)
          follow(at, other, reach).catch(() => {
            // Whoever scrolls there by hand is told why.
          });
    },
    forget: (at) => {
      states.delete(at);
      anchors.delete(at);
    },
  };
}
