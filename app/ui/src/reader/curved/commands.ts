import type { Window } from "../../backend/dicomweb";
import type { OpenPane } from "../engine/view";
import type { Preset } from "../pure/presets";
import { smoothPath } from "../pure/curved/spline";
import { changePlan, planOf } from "./usePlan";

/** What keys and buttons do in a curved reformat. */
export function commands(
  series: string,
  presets: readonly Preset[],
  on: {
    onWindow: (window: Window) => void;
    onInvert: (change: (old: boolean) => boolean) => void;
    /** Shows all views whole again. */
    onWhole: () => void;
  },
): OpenPane {
  /** Moves the marker along the arch, from where it is to where `to` says. */
  const move = (to: (along: number, length: number) => number) =>
    changePlan(series, ({ control, marker }) => {
      const length = smoothPath(control, 1)?.length;
      if (length === undefined) return {};
      const along = to(marker.along ?? length / 2, length);
      return { marker: { ...marker, along: Math.min(Math.max(along, 0), length) } };
    });
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
          if (preset) on.onWindow(preset.window);
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
          if (presets[0]) on.onWindow(presets[0].window);
          on.onInvert(() => false);
          on.onWhole();
          break;
        default:
          break;
      }
    },
    close: () => undefined,
  };
}
