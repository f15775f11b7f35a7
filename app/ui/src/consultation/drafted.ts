import { useSyncExternalStore } from "react";
import type { KeyImage, Measurement } from "../backend/illustrationTypes";
import type { ReportDraft } from "../backend/types";

/** A report that is being written: its words, and what was taken into it in the reader. */
export interface Drafted extends Pick<ReportDraft, "findings" | "impression" | "recommendations"> {
  keyImages: KeyImage[];
  /** By the name that the reader gave them. */
  measurements: (Measurement & { id: string })[];
}

const NOTHING: Drafted = {
  findings: "",
  impression: "",
  recommendations: "",
  keyImages: [],
  measurements: [],
};

// In this page's memory only: nothing of a patient is kept in the browser.
const drafts = new Map<string, Drafted>();
const listeners = new Set<() => void>();

export function drafted(caseId: string): Drafted {
  return drafts.get(caseId) ?? NOTHING;
}

/** Changes what is drafted, for everybody who looks at it. */
export function draft(caseId: string, change: (old: Drafted) => Partial<Drafted>): void {
  const old = drafted(caseId);
  drafts.set(caseId, { ...old, ...change(old) });
  for (const listener of listeners) listener();
}

/** Of one case, when it is signed; of all, when whoever wrote leaves. */
export function forgetDrafted(caseId?: string): void {
  if (caseId === undefined) drafts.clear();
  else drafts.delete(caseId);
  for (const listener of listeners) listener();
}

export function useDrafted(caseId: string): Drafted {
  return useSyncExternalStore(listen, () => drafted(caseId));
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Takes an image in, or out when it is in. */
export function toggleKeyImage(caseId: string, image: KeyImage): void {
  draft(caseId, ({ keyImages }) => ({
    keyImages: keyImages.some((one) => isSame(one, image))
      ? keyImages.filter((one) => !isSame(one, image))
      : [...keyImages, image],
  }));
}

export function isSame(one: Pick<KeyImage, "image">, other: Pick<KeyImage, "image">): boolean {
  return (
    one.image.sop_instance_uid === other.image.sop_instance_uid &&
    one.image.frame === other.image.frame
  );
}

/** Takes measurements in as they are now; words and teeth that were given to them stay. */
export function takeMeasurements(caseId: string, taken: Drafted["measurements"]): void {
  draft(caseId, ({ measurements }) => {
    const old = new Map(measurements.map((one) => [one.id, one]));
    const anew = new Map(
      taken.map((one) => {
        const before = old.get(one.id);
        return [one.id, before ? { ...one, words: before.words, tooth: before.tooth } : one];
      }),
    );
    const kept = measurements.map((one) => anew.get(one.id) ?? one);
    return { measurements: [...kept, ...[...anew.values()].filter((one) => !old.has(one.id))] };
  });
}

/** As the node signs it: without the names that only this page knows. */
export function asSigned({ keyImages, measurements, ...words }: Drafted): ReportDraft {
  return {
    ...words,
    ...(keyImages.length > 0 ? { key_images: keyImages } : {}),
    ...(measurements.length > 0 ? { measurements: measurements.map(nameless) } : {}),
  };
}

function nameless(one: Measurement): Measurement {
  const { image, shape, points, quantities, calibration, tooth, words } = one;
  return { image, shape, points, quantities, calibration, tooth, words };
}
