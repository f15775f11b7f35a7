import type { Layout } from "./pure/hanging";
import type { Tool } from "./pure/keys";

type Icon =
  | Tool
  | Layout
  | "curved"
  | "volume"
  | "linked"
  | "invert"
  | "flipHorizontal"
  | "flipVertical"
  | "rotate"
  | "reset"
  | "cine"
  | "stop"
  | "removeLast"
  | "removeAll"
  | "ruler"
  | "keyImage"
  | "take";

/** Strokes in a square of 24. */
export const ICONS: Record<Icon, string> = {
  window: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 3v18M12 6h6.5M12 9.5h8.3M12 13h9M12 16.5h7.6",
  pan: "M12 3v18M3 12h18M9 6l3-3l3 3M9 18l3 3l3-3M6 9l-3 3l3 3M18 9l3 3l-3 3",
  zoom: "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.3 15.3L21 21M10.5 7.7v5.6M7.7 10.5h5.6",
  scroll: "M4 8l8-4l8 4l-8 4zM4 12l8 4l8-4M4 16l8 4l8-4",
  magnify: "M4 4h9v9h-9zM13 13l7 7M16.5 20h3.5v-3.5",
  length: "M4 20L20 4M4 20l1-5M4 20l5-1M20 4l-5 1M20 4l-1 5",
  angle: "M20 19H4L15 5M11 19a8 8 0 0 0-2.4-5.6",
  ellipse: "M12 6c5 0 9 2.700 9 6s-4 6-9 6s-9-2.700-9-6s4-6 9-6",
  rectangle: "M4 6h16v12h-16z",
  probe: "M12 3v6M12 15v6M3 12h6M15 12h6M12 11.500v1",
  crosshairs: "M12 2v20M2 12h20M8 8h8v8h-8z",
  linked:
    "M10 14a4 4 0 0 1 0-5.600l3-3a4 4 0 0 1 5.600 5.600l-1.600 1.600M14 10a4 4 0 0 1 0 5.600l-3 3a4 4 0 0 1-5.600-5.600l1.600-1.600",
  curved: "M4 20c0-20 16-20 16 0M7 13l-3-1.500M17 13l3-1.500M12 8v-4",
  turn: "M12 4a8 3 0 1 0 0 6a8 3 0 1 0 0-6M20 7c0 6-4 11-9 12M14 16l-3.500 3l3.500 2.500",
  volume: "M12 3l8 4v10l-8 4l-8-4v-10zM4 7l8 4l8-4M12 11v10",
  invert: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18M6 9h6M4.500 12h7.500M6 15h6",
  flipHorizontal: "M12 3v18M9 7l-6 10h6zM15 7l6 10h-6z",
  flipVertical: "M3 12h18M7 9l10-6v6zM7 15l10 6v-6z",
  rotate: "M20 12a8 8 0 1 1-2.500-5.800M20 3v4.500h-4.500",
  reset: "M4 12a8 8 0 1 0 2.500-5.800M4 3v4.500h4.500M12 8v4l3 2",
  cine: "M7 4l13 8l-13 8z",
  stop: "M6 6h12v12h-12z",
  removeLast: "M9 5h11v14h-11l-6-7zM12 9.500l5 5M17 9.500l-5 5",
  removeAll: "M5 7h14M9 7v-3h6v3M7 7l1 13h8l1-13M10.500 10.500v6M13.500 10.500v6",
  ruler: "M3 15L15 3l6 6L9 21zM7 11l2 2M10 8l3 3M13 5l2 2",
  keyImage:
    "M12 3l2.700 5.800l6.300.800l-4.600 4.400l1.200 6.300l-5.600-3.100l-5.600 3.100l1.200-6.300l-4.600-4.400l6.300-.800z",
  take: "M6 3h9l4 4v14h-13zM15 3v4h4M9 17l6-6M9 17v-2.500M9 17h2.500",
  "1x1": "M4 5h16v14h-16z",
  "1x2": "M4 5h16v14h-16zM12 5v14",
  "2x2": "M4 5h16v14h-16zM12 5v14M4 12h16",
};
