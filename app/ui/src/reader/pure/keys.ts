import type { Window } from "../../backend/dicomweb";
import type { Mode } from "./hanging";

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
] as const;
export type Tool = (typeof TOOLS)[number];

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

/** The tools for how a series is shown. */
export function toolsFor(mode: Mode): readonly Tool[] {
  if (mode === "curved") return CURVED;
  return mode === "mpr" ? TOOLS : TOOLS.filter((tool) => tool !== "crosshairs");
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

/** The command of a key, or null when it is not one of ours. */
export function commandOf(key: string): Command | null {
  const lower = key.length === 1 ? key.toLowerCase() : key;
  const command = KEYS[lower];
  if (command) return command;
  const tool = TOOLS.find((one) => TOOL_KEYS[one] === lower);
  if (tool) return { do: "tool", tool };
  return /^[1-9]$/.test(key) ? { do: "preset", index: Number(key) - 1 } : null;
}
