import type { Window } from "./dicomweb";
import type { components } from "./generated";

type Schemas = components["schemas"];

export type LiveView = Schemas["LookView"];

/** A place in an image: shares of its width and height, from the upper left corner. */
export type Place = [number, number];

/** A line that somebody draws over an image. */
export interface Stroke {
  points: Place[];
}

/**
 * What somebody looks at, and where she points: so much that another can show the same from her own copy. What the node
 * passes on as numbers means: the frame counts from 1; `zoom` is how much larger than fitting into the pane; `pan` how far
 * the pane's middle is from the image's, as shares of its width and height; `rotation` degrees after it was flipped.
 */
export type Look = Omit<Schemas["Look"], "window" | "pan" | "point" | "cursor" | "strokes"> & {
  /** In the modality's units; null for an image in colour. */
  window: Window | null;
  pan: Place;
  /** Where three sections cross, in mm in the patient; null for a stack. */
  point: [number, number, number] | null;
  cursor: Place | null;
  strokes: Stroke[];
};

/** Somebody who looks at a case together with others. */
export type Participant = Omit<Schemas["LiveParticipant"], "look"> & { look: Look | null };

/** A live consult as it is now. Nothing of it is kept anywhere. */
export type LiveState = Omit<Schemas["LiveState"], "participants"> & {
  participants: Participant[];
};

/** What others get of one's own view. */
export interface Shared {
  sharing: boolean;
  look: Look | null;
}

/** The most that the node takes. */
export const MOST = { strokes: 32, points: 256, text: 1_000 } as const;
