import { annotation } from "@cornerstonejs/tools";
import type { ImageReference, Measurement } from "../../backend/illustrationTypes";
import type { Triple } from "../pure/dicom";
import { measurementOf, SHAPES, type Candidate, type Computed } from "../pure/graphics";
import { imagesBehind } from "./measures";
import { addressOf, knownFacts } from "./source";
import { toolNamed } from "./tools";

/** A measurement with the name by which it is known as long as the reader is open. */
export type Drawn = Measurement & { id: string };

/** Everything that is measured now, as a report has it. */
export function measuredNow(): Drawn[] {
  return annotation.state.getAllAnnotations().flatMap((one) => {
    const tool = toolNamed(one.metadata?.toolName ?? "");
    const shape = tool && SHAPES[tool];
    const stats = (one.data.cachedStats ?? {}) as Record<string, Computed | undefined>;
    // Drawn in an image and seen in a volume too, it is of the image.
    const targets = Object.keys(stats).sort((a, b) => Number(isVolume(a)) - Number(isVolume(b)));
    const target = targets.find((name) => stats[name] !== undefined);
    const handles = one.data.handles?.points as Triple[] | undefined;
    if (!shape || !one.annotationUID || target === undefined || !handles) return [];
    const images = knownImages(imagesBehind(target));
    const measured = measurementOf(shape, handles, stats[target] ?? {}, images);
    return measured ? [{ id: one.annotationUID, ...measured }] : [];
  });
}

/** Those of the images that something is known of. */
export function knownImages(imageIds: readonly string[]): Candidate[] {
  return imageIds.flatMap((imageId) => {
    const facts = knownFacts(imageId);
    return facts ? [{ image: referenceTo(imageId), facts }] : [];
  });
}

function referenceTo(imageId: string): ImageReference {
  const { instance, frame } = addressOf(imageId);
  return { sop_instance_uid: instance, frame };
}

function isVolume(targetId: string): boolean {
  return !targetId.startsWith("imageId:");
}
