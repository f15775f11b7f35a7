import i18next from "i18next";
import { knownImages, type Drawn } from "../engine/illustrate";
import { linesForReport } from "../pure/curved/forReport";
import { lengthText } from "../pure/measures";
import { planOf } from "./usePlan";

/** What was measured along a series' arch, as a report has it. */
export function measuredAlongArch(series: string, imageIds: readonly string[]): Drawn[] {
  const { lines } = planOf(series);
  if (lines.length === 0) return [];
  return linesForReport(lines, knownImages(imageIds), ({ arc, straight }) =>
    i18next.t("curved:inReport", {
      arc: lengthText(arc, "object"),
      straight: lengthText(straight, "object"),
    }),
  );
}
