import type { components } from "./generated";

type Schemas = components["schemas"];
/** A frame of an image; `frame` is counted from 1. */
export type ImageReference = Schemas["ImageReference"];

/** Why an image is shown: titles of key object selections (PS3.16 CID 7010). */
export const KEY_IMAGE_TITLES = [
  "of_interest",
  "for_referring_provider",
  "for_surgery",
  "for_therapy",
  "for_patient",
  "for_report_attachment",
] as const;
export type KeyImageTitle = Schemas["KeyImageTitle"];

/** An image that shows what a report says. */
export type KeyImage = Schemas["KeyImage"];

export type Shape = Schemas["Shape"];

export type Quantity = Schemas["Quantity"];

/** Something that was measured. */
export type Measurement = Schemas["Measurement"];

/** What a report shows and measures. */
export type Illustrations = Schemas["Illustrations"];
