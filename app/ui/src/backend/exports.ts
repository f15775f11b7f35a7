import type { components } from "./generated";
import { segment, send } from "./client";

/** Where a study is written to, on the machine on which the node runs. */
export type NewExport = components["schemas"]["NewExport"];

/** What lies there now. */
export interface Exported {
  files: number;
  bytes: number;
  path: string;
  /** Whether it is a medium, with a DICOMDIR. */
  dicomdir: boolean;
  /** Images that stay compressed, because something would be lost. */
  compressed: number;
  /** Images that could not be decompressed, and are as they came. */
  unconverted: number;
  /** Radiographs that got empty attributes which the dental profile asks for. */
  completed: number;
  discs: number;
  /** Files of images to burn. */
  images?: string[];
  /** What no DICOMDIR lists, and why. */
  unlisted: { file: string; why: string }[];
  /** The application profiles of PS3.11 that it meets. */
  profiles: string[];
}

export const exports = {
  start: (study: string, wanted: NewExport) =>
    send<{ job: string }>("POST", `/studies/${segment(study)}/export`, wanted),
};
