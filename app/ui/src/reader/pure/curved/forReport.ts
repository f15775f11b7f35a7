import type { Measurement } from "../../../backend/illustrationTypes";
import { measurementOf, type Candidate } from "../graphics";
import { curvedLength, type CurvedLength } from "./distances";
import { gridOf, toSpace } from "./grid";
import type { Line } from "./plan";

/**
 * Lines that were measured along an arch, as a report has them: between two places in the patient, as long as they are
 * apart. The arc's length of a line in the panoramic picture is for words, which `words` finds.
 */
export function linesForReport(
  lines: readonly Line[],
  images: readonly Candidate[],
  words: (lengths: CurvedLength) => string,
): (Measurement & { id: string })[] {
  const found = gridOf(images.map((one) => one.facts));
  if ("not" in found) return [];
  return lines.flatMap((line) => {
    const lengths = curvedLength(...line.ends, line.places);
    const ends = line.places.map((place) => toSpace(found.grid, place));
    const measured = measurementOf("line", ends, { length: lengths.straight }, images);
    if (!measured) return [];
    return [{ id: line.id, ...measured, words: line.view === "arch" ? words(lengths) : "" }];
  });
}
