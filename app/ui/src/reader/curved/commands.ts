import type { Window } from "../../backend/dicomweb";
import type { LivePane } from "../engine/live";
import type { OpenPane } from "../engine/view";
import type { Preset } from "../pure/presets";
import { smoothPath } from "../pure/curved/spline";
import type { Table } from "../pure/lut";
import { changePlan, planOf } from "./usePlan";

/** What keys and buttons do in a curved reformat. */
export function commands(
  series: string,
  presets: readonly Preset[],
  on: {
    onWindow: (window: Window) => void;
    /** Looks by the file's own table, or by none. */
    onTable: (table: Table | null) => void;
    onInvert: (change: (old: boolean) => boolean) => void;
    /** Shows all views whole again. */
    onWhole: () => void;
  },
  live: LivePane,
): OpenPane {
  /** Moves the marker along the arch, from where it is to where `to` says. */
  const move = (to: (along: number, length: number) => number) =>
    changePlan(series, ({ control, marker }) => {
      const length = smoothPath(control, 1)?.length;
      if (length === undefined) return {};
      const along = to(marker.along ?? length / 2, length);
      return { marker: { ...marker, along: Math.min(Math.max(along, 0), length) } };
    });
  const take = ({ window, table }: Preset) => {
    on.onWindow(window);
    on.onTable(table ?? null);
  };
  return {
    run: (command) => {
      switch (command.do) {
        case "scroll":
          move((along) => along + command.by * planOf(series).sections.distance);
          break;
        case "end":
          move((_, length) => (command.which === "first" ? 0 : length));
          break;
        case "preset": {
          const preset = presets[command.index];
          if (preset) take(preset);
          break;
        }
        case "window":
          on.onWindow(command.window);
          break;
        case "invert":
          on.onInvert((old) => !old);
          break;
        case "removeLast":
          changePlan(series, ({ lines, probe }) =>
            probe ? { probe: null } : { lines: lines.slice(0, -1) },
          );
          break;
        case "reset":
          if (presets[0]) take(presets[0]);
          on.onInvert(() => false);
          on.onWhole();
          break;
        default:
          break;
      }
    },
    close: () => undefined,
    live,
  };
}
