import { useQuery } from "@tanstack/react-query";
import { canDrawVolumes } from "./engine/start";
import { imageIdOf, seriesFacts } from "./engine/source";
import type { Series, Study } from "../backend/types";
import type { Mode } from "./pure/hanging";
import { volumeOf, type NoVolume } from "./pure/volume";
import { imagesOf } from "../viewer/sequence";

export type NoMpr = NoVolume | "noWebgl";

/** Whether a series can be shown so; `volume` says why it cannot be cut anew, and is undefined while that is not known. */
export function canShow(mode: Mode, volume: NoMpr | null | undefined): boolean {
  if (mode === "stack") return true;
  // Views along an arch are drawn without WebGL.
  return volume === null || (mode === "curved" && volume === "noWebgl");
}

/** Why a series cannot be cut anew; null when it can, undefined while that is not known. */
export function useVolume(study: Study, series: Series | null): NoMpr | null | undefined {
  const uid = series?.series_instance_uid;
  return useQuery({
    queryKey: ["studies", study.study_instance_uid, "volume", uid],
    enabled: series !== null,
    staleTime: Infinity,
    queryFn: async (): Promise<NoMpr | null> => {
      if (!series) return "few";
      if (!canDrawVolumes()) return "noWebgl";
      const ids = imagesOf(study, series).map(imageIdOf);
      const found = volumeOf(await seriesFacts(ids));
      return "not" in found ? found.not : null;
    },
  }).data;
}
