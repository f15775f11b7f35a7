import { useMemo, useState, type PointerEvent, type ReactNode } from "react";
import type { Series, Study } from "../../backend/types";
import type { OpenPane, PaneState } from "../engine/view";
import type { PaneEvents } from "../Pane";
import type { Hung, Mode } from "../pure/hanging";
import type { Tool } from "../pure/keys";
import { movesByCommand, movesByPress } from "../pure/live/input";
import { isWithin } from "../pure/live/plane";
import type { Desk } from "./desk";
import { LiveButton } from "./LiveButton";
import { LiveLayer } from "./LiveLayer";
import { LivePanel } from "./LivePanel";
import { useDesk } from "./useDesk";
import { useFollowing } from "./useFollowing";
import "./live.css";

/** What the reading room has that a live consult takes part in. */
export interface Room {
  /** Null where images are looked at without a case: then there is nobody to look with. */
  caseId: string | null;
  /** Joins at once. */
  live: boolean;
  study: Study;
  list: readonly Series[];
  /** The pane that is worked in, counted from 0, what hangs there, and its state. */
  worked: number;
  here: Hung | null;
  state: PaneState | undefined;
  paneAt: (at: number) => OpenPane | undefined;
  tool: Tool;
  on: PaneEvents;
}

/** A live consult in the reading room. */
export interface Together {
  /** The events of panes, which tell too that somebody moves the images herself. */
  on: PaneEvents;
  touched: () => void;
  /** What the panes tell together of the pointer. */
  watch: {
    onPointerDownCapture: (event: PointerEvent) => void;
    onWheelCapture: () => void;
    onPointerMove: (event: PointerEvent) => void;
    onPointerLeave: () => void;
  };
  button: ReactNode;
  panel: ReactNode;
  layer: (at: number) => ReactNode;
}

/** A live consult of a case in the reading room; `hang` shows one of its series in the pane that is worked in. */
export function useTogether(room: Room, hang: (series: string, mode: Mode) => void): Together {
  const { caseId, worked, paneAt, on, tool } = room;
  const desk = useDesk(caseId, room.live);
  const [open, setOpen] = useState(room.live);
  const series = useMemo(() => room.list.map((one) => one.series_instance_uid), [room.list]);
  useFollowing({
    desk,
    series,
    study: room.study.study_instance_uid,
    here: room.here,
    state: room.state,
    pane: () => paneAt(worked)?.live,
    hang,
  });
  const telling = useMemo<PaneEvents>(
    () => ({
      ...on,
      command: (at, command) => {
        if (movesByCommand(command)) desk.touched();
        on.command(at, command);
      },
    }),
    [on, desk],
  );
  return {
    on: telling,
    touched: desk.touched,
    watch: watchOf(desk, tool, () => paneAt(worked)),
    button: caseId && <LiveButton desk={desk} caseId={caseId} open={open} onOpen={setOpen} />,
    panel: caseId && open && <LivePanel desk={desk} caseId={caseId} />,
    layer: (at) =>
      caseId && (
        <LiveLayer
          desk={desk}
          caseId={caseId}
          pane={() => paneAt(at)?.live}
          worked={at === worked}
        />
      ),
  };
}

function watchOf(desk: Desk, tool: Tool, pane: () => OpenPane | undefined): Together["watch"] {
  return {
    onPointerDownCapture: (event) => {
      const image = event.target instanceof Element && event.target.closest(IMAGE);
      if (image && movesByPress(event, tool, desk.now().drawing)) desk.touched();
    },
    onWheelCapture: desk.touched,
    onPointerMove: ({ clientX, clientY }) => {
      const at = pane()?.live?.placeAt(clientX, clientY) ?? null;
      desk.point(at && isWithin(at) ? at : null);
    },
    onPointerLeave: () => desk.point(null),
  };
}

/** Over what a press moves images; buttons lie in panes too. */
const IMAGE = ".drawing, .along, .live-layer";
