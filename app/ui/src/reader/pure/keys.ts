import type { Window } from "../../backend/dicomweb";
import { MODES, type Mode } from "./hanging";

/** What a pane can be told to do, by keys, buttons and sliders. */
export type Command =
  | { do: "scroll"; by: number }
  | { do: "to"; index: number }
  | { do: "end"; which: "first" | "last" }
  | { do: "zoom"; by: number }
  | { do: "preset"; index: number }
  | { do: "window"; window: Window }
  | { do: "tool"; tool: Tool }
  | { do: "keyImage" | "fullScreen" }
  | { do: "mode"; mode: Mode }
  /** Turns a body: to the right and downwards, in degrees. */
  | { do: "turn"; across: number; over: number }
  | {
      do: "invert" | "flipHorizontal" | "flipVertical" | "rotate" | "reset" | "cine" | "removeLast";
    };

/** What dragging with the first button or with a finger does. */
export const TOOLS = [
  "window",
  "pan",
  "zoom",
  "scroll",
  "magnify",
  "length",
  "angle",
  "ellipse",
  "rectangle",
  "probe",
  "crosshairs",
  "turn",
] as const;
export type Tool = (typeof TOOLS)[number];

/** Tools whose drags stay as measurements. */
export const MEASURING: readonly Tool[] = ["length", "angle", "ellipse", "rectangle", "probe"];

/** Tools that the views along a dental arch have; each pane has the others, without crosshairs where nothing is cut. */
const CURVED: readonly Tool[] = [
  "window",
  "pan",
  "zoom",
  "scroll",
  "length",
  "probe",
  "crosshairs",
];

/** Tools with which a body is looked at: nothing is measured in it. */
const VOLUME: readonly Tool[] = ["turn", "pan", "zoom"];

/** The tools for how a series is shown. */
export function toolsFor(mode: Mode): readonly Tool[] {
  if (mode === "curved") return CURVED;
  if (mode === "volume") return VOLUME;
  return TOOLS.filter((tool) => tool !== "turn" && (mode === "mpr" || tool !== "crosshairs"));
}

/** The tool that is in hand when a series begins to be shown so: crosshairs are what sections are read with. */
export function firstTool(mode: Mode, old: Tool): Tool {
  if (mode === "volume") return "turn";
  if (mode !== "stack") return "crosshairs";
  return toolsFor(mode).includes(old) ? old : "window";
}

/** Letters by which tools are taken. */
export const TOOL_KEYS: Record<Tool, string> = {
  window: "w",
  pan: "p",
  zoom: "z",
  scroll: "s",
  magnify: "m",
  length: "l",
  angle: "a",
  ellipse: "e",
  rectangle: "b",
  probe: "d",
  crosshairs: "c",
  turn: "t",
};

/** Letters by which a series is shown otherwise. */
export const MODE_KEYS: Record<Mode, string> = { stack: "n", mpr: "x", curved: "j", volume: "o" };

/** Degrees by which an arrow key turns a body, and with Shift. */
const TURN = 10;
const TURN_MORE = 45;
const TURNS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const KEYS: Record<string, Command> = {
  ArrowUp: { do: "scroll", by: -1 },
  ArrowLeft: { do: "scroll", by: -1 },
  ArrowDown: { do: "scroll", by: 1 },
  ArrowRight: { do: "scroll", by: 1 },
  PageUp: { do: "scroll", by: -10 },
  PageDown: { do: "scroll", by: 10 },
  Home: { do: "end", which: "first" },
  End: { do: "end", which: "last" },
  "+": { do: "zoom", by: 1.2 },
  "=": { do: "zoom", by: 1.2 },
  "-": { do: "zoom", by: 1 / 1.2 },
  " ": { do: "cine" },
  i: { do: "invert" },
  h: { do: "flipHorizontal" },
  v: { do: "flipVertical" },
  r: { do: "rotate" },
  k: { do: "keyImage" },
  f: { do: "fullScreen" },
  "0": { do: "reset" },
  Backspace: { do: "removeLast" },
  Delete: { do: "removeLast" },
};

/** The command of a key where a series is shown so, or null when it is not one of ours. */
export function commandOf(key: string, mode: Mode = "stack", shift = false): Command | null {
  const lower = key.length === 1 ? key.toLowerCase() : key;
  const [across, over] = (mode === "volume" && TURNS[lower]) || [0, 0];
  if (across !== 0 || over !== 0) {
    const by = shift ? TURN_MORE : TURN;
    return { do: "turn", across: across * by, over: over * by };
  }
  const other = MODES.find((one) => MODE_KEYS[one] === lower);
  if (other) return { do: "mode", mode: other };
  const command = KEYS[lower];
  if (command) return command;
  const tool = TOOLS.find((one) => TOOL_KEYS[one] === lower);
  if (tool) return { do: "tool", tool };
  return /^[1-9]$/.test(key) ? { do: "preset", index: Number(key) - 1 } : null;
}
