import type { KeyImage } from "../backend/illustrationTypes";
import type { Series, Study } from "../backend/types";
import { imagesOf } from "../viewer/sequence";
import { measuredAlongArch } from "./curved/report";
import { measuredNow, type Drawn } from "./engine/illustrate";
import { imageIdOf } from "./engine/source";
import type { PaneState } from "./engine/view";

/** Everything that is measured now in a study. A report shows nothing of another one that hangs beside it. */
export function measuredIn(study: Study, list: readonly Series[]): Drawn[] {
  const own = new Set(
    study.series.flatMap((series) => series.instances.map((one) => one.sop_instance_uid)),
  );
  const along = list.flatMap((series) =>
    measuredAlongArch(series.series_instance_uid, imagesOf(study, series).map(imageIdOf)),
  );
  return [...measuredNow(), ...along].filter((one) => own.has(one.image.sop_instance_uid));
}

/** The image that is seen, as a report may show it; null until it is drawn. */
export function keyImageOf(study: Study, series: Series, seen: PaneState): KeyImage | null {
  const image = imagesOf(study, series)[seen.index];
  if (!seen.facts || image?.instance !== seen.facts.instance) return null;
  return {
    image: { sop_instance_uid: image.instance, frame: image.frame },
    title: "of_interest",
    words: "",
    window: seen.window,
  };
}
