import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";
import type { Series, Study } from "../backend/types";
import { imagesOf } from "../viewer/sequence";
import { imageIdOf, seriesFacts } from "./engine/source";
import type { OpenPane, PaneState } from "./engine/view";
import { toggleFullScreen } from "./fullScreen";
import { linking } from "./linking";
import type { PaneEvents } from "./Pane";
import type { Mode } from "./pure/hanging";
import type { Tool } from "./pure/keys";

/** What a pane shows. */
export interface Shown {
  study: Study;
  series: Series;
}

/** What is open in the panes, the one that is worked in, and whether the others follow it. */
export function usePanes(
  shown: readonly (Shown | null)[],
  onTool: (tool: Tool) => void,
  /** What shows the series of the pane that is worked in otherwise. */
  modeRef: RefObject<(mode: Mode) => void>,
): {
  on: PaneEvents;
  active: number;
  states: Record<number, PaneState>;
  /** What the key for a key image does. */
  choosingRef: RefObject<() => void>;
  linked: boolean;
  setLinked: (linked: boolean) => void;
  /** What is open in a pane. */
  paneAt: (at: number) => OpenPane | undefined;
} {
  const [active, setActive] = useState(0);
  const [states, setStates] = useState<Record<number, PaneState>>({});
  const [linked, setLinked] = useState(false);
  const open = useRef(new Map<number, OpenPane>());
  const choosingRef = useRef<() => void>(() => undefined);
  const now = useRef({ active, shown });
  useEffect(() => {
    now.current = { active, shown };
  });
  const [links] = useState(linking);
  const on = useMemo<PaneEvents>(
    () => ({
      activate: setActive,
      open: (at, pane) => {
        links.forget(at);
        if (pane) open.current.set(at, pane);
        else open.current.delete(at);
      },
      state: (at, state) => {
        setStates((old) => ({ ...old, [at]: state }));
        links.note(at, state, at === now.current.active, {
          facts: async (other) => {
            const one = now.current.shown[other];
            return one ? seriesFacts(imagesOf(one.study, one.series).map(imageIdOf)) : [];
          },
          run: (other, command) => open.current.get(other)?.run(command),
        });
      },
      command: (at, command) => {
        if (command.do === "tool") onTool(command.tool);
        else if (command.do === "mode") modeRef.current(command.mode);
        else if (command.do === "keyImage") choosingRef.current();
        else if (command.do === "fullScreen") toggleFullScreen();
        else open.current.get(at)?.run(command);
      },
    }),
    [links, onTool, modeRef],
  );
  return {
    on,
    active,
    states,
    choosingRef,
    linked,
    paneAt: useCallback((at) => open.current.get(at), []),
    setLinked: (next) => {
      links.link(next);
      setLinked(next);
    },
  };
}
