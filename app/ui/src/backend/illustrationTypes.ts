/** A frame of an image; `frame` is counted from 1. */
export interface ImageReference {
  sop_instance_uid: string;
  frame: number;
}

/** Why an image is shown: titles of key object selections (PS3.16 CID 7010). */
export const KEY_IMAGE_TITLES = [
  "of_interest",
  "for_referring_provider",
  "for_surgery",
  "for_therapy",
  "for_patient",
  "for_report_attachment",
] as const;
export type KeyImageTitle = (typeof KEY_IMAGE_TITLES)[number];

/** An image that shows what a report says. */
export interface KeyImage {
  image: ImageReference;
  title: KeyImageTitle;
  words: string;
  /** As the reader saw it. */
  window: { center: number; width: number } | null;
}

export type Shape = "line" | "angle" | "ellipse" | "rectangle" | "point";

export interface Quantity {
  kind:
    "length" | "angle" | "area" | "mean" | "standard_deviation" | "minimum" | "maximum" | "value";
  value: number;
  /** `1`: as stored, without a unit. */
  unit: "mm" | "mm2" | "deg" | "HU" | "px" | "px2" | "1";
}

/** Something that was measured. */
export interface Measurement {
  image: ImageReference;
  shape: Shape;
  /** Column and row in the image, or places in the patient in mm. */
  points: { image: [number, number][] } | { space: [number, number, number][] };
  quantities: Quantity[];
  /** What a distance means there. */
  calibration: "object" | "corrected" | "detector" | "none";
  /** Its number after ISO 3950. */
  tooth: number | null;
  words: string;
}

/** What a report shows and measures. */
export interface Illustrations {
  key_images: KeyImage[];
  measurements: Measurement[];
}
