import { Enums } from "@cornerstonejs/core";
import type { Edges } from "../pure/marks";
import { NOTHING, type PaneState } from "./view";

export const PLANES = ["axial", "coronal", "sagittal"] as const;
export type Plane = (typeof PLANES)[number];

const { OrientationAxis } = Enums;

/** Cornerstone's names of the directions. */
export const AXES = {
  axial: OrientationAxis.AXIAL,
  coronal: OrientationAxis.CORONAL,
  sagittal: OrientationAxis.SAGITTAL,
} as const;

/** Colours of a plane's line in the others, and of its name. */
export const PLANE_COLOURS: Record<Plane, string> = {
  axial: "rgb(255, 128, 128)",
  coronal: "rgb(120, 220, 140)",
  sagittal: "rgb(255, 214, 92)",
};

export interface PlaneState {
  index: number;
  total: number;
  edges: Edges;
}

/** What three sections through one volume tell of themselves. */
export interface MprState extends PaneState {
  planes: Record<Plane, PlaneState>;
}

const UNSEEN: PlaneState = { index: 0, total: 0, edges: NOTHING.edges };

export const NO_PLANES: MprState = {
  ...NOTHING,
  planes: { axial: UNSEEN, coronal: UNSEEN, sagittal: UNSEEN },
};

/** What Cornerstone's streaming volumes do; their own type leaves it out. */
export interface Streaming {
  load: (told: (arrival: { framesLoaded?: number }) => void) => void;
}

/** What of a volume's values lies between black and white. */
export interface Range {
  lower: number;
  upper: number;
}
