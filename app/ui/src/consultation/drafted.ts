import { useSyncExternalStore } from "react";
import type { KeyImage, Measurement } from "../backend/illustrationTypes";
import {
  REPORT_TEXTS,
  type ReportDraft,
  type ReportText,
  type ToothFinding,
} from "../backend/reportTypes";
import { plansFrom, type KeptPlan } from "../reader/pure/curved/kept";

/** A report that is being written: its words, and what was taken into it in the reader. */
export interface Drafted extends Record<ReportText, string> {
  /** The template that it follows. */
  template: string | null;
  teeth: ToothFinding[];
  keyImages: KeyImage[];
  /** By the name that the reader gave them. */
  measurements: (Measurement & { id: string })[];
  /** Canals and implants that were planned in its volumes: for whoever writes, no part of the report. */
  plans: KeptPlan[];
  /** What was written of them into the findings, so that it is found when it is written anew. */
  planned: string;
}

export const NOTHING: Drafted = {
  technique: "",
  findings: "",
  impression: "",
  recommendations: "",
  template: null,
  teeth: [],
  keyImages: [],
  measurements: [],
  plans: [],
  planned: "",
};

// In this page's memory, and sealed at the node (see autosave.ts): nothing of a patient is kept in the browser.
const drafts = new Map<string, Drafted>();
const listeners = new Set<() => void>();
let author: string | null = null;

/** Whoever is signed in writes; what somebody else was writing is forgotten. */
export function writeAs(practitioner: string): void {
  if (author === practitioner) return;
  author = practitioner;
  forgetDrafted();
}

/** Who was signed in last in this page; null before anybody was. */
export function useAuthor(): string | null {
  return useSyncExternalStore(listen, () => author);
}

/** Under which name something of a case is kept: nobody reads or saves what somebody else wrote. */
export function mine(caseId: string): string {
  return `${author ?? ""} ${caseId}`;
}

export function drafted(caseId: string): Drafted {
  return drafts.get(mine(caseId)) ?? NOTHING;
}

/** Changes what is drafted, for everybody who looks at it. */
export function draft(caseId: string, change: (old: Drafted) => Partial<Drafted>): void {
  const old = drafted(caseId);
  drafts.set(mine(caseId), { ...old, ...change(old) });
  for (const listener of listeners) listener();
}

/** Of one case, when it is signed; of all, when whoever wrote leaves. */
export function forgetDrafted(caseId?: string): void {
  if (caseId === undefined) drafts.clear();
  else drafts.delete(mine(caseId));
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

/** Takes images in that are not in yet. */
export function takeKeyImages(caseId: string, taken: readonly KeyImage[]): void {
  draft(caseId, ({ keyImages }) => ({
    keyImages: [
      ...keyImages,
      ...taken.filter((one) => !keyImages.some((other) => isSame(one, other))),
    ],
  }));
}

/** Writes words about what is planned below the findings, or in the place of those that were written there before. */
export function writePlanned(caseId: string, words: string): void {
  draft(caseId, ({ findings, planned }) => {
    if (planned !== "" && findings.includes(planned))
      return { findings: findings.replace(planned, () => words), planned: words };
    const before = findings.trimEnd();
    return { findings: before === "" ? words : `${before}\n\n${words}`, planned: words };
  });
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

/** As the node signs it: without the names that only this page knows, and without plans. */
export function asSigned({
  technique,
  findings,
  impression,
  recommendations,
  keyImages,
  measurements,
  template,
  teeth,
}: Drafted): ReportDraft {
  return {
    technique,
    findings,
    impression,
    recommendations,
    ...(template === null ? {} : { template }),
    ...(teeth.length > 0 ? { teeth } : {}),
    ...(keyImages.length > 0 ? { key_images: keyImages } : {}),
    ...(measurements.length > 0 ? { measurements: measurements.map(nameless) } : {}),
  };
}

function nameless(one: Measurement): Measurement {
  const { image, shape, points, quantities, calibration, tooth, words } = one;
  return { image, shape, points, quantities, calibration, tooth, words };
}

/** Whether anything was written or taken yet. */
export function isEmpty(one: Drafted): boolean {
  const lists = [one.keyImages, one.measurements, one.teeth, one.plans];
  const none = lists.every((list) => list.length === 0);
  return none && REPORT_TEXTS.every((part) => one[part].trim() === "");
}

/** A draft as the node kept it, by whichever version of this page it was written. */
export function fromKept(content: Record<string, unknown>): Drafted {
  const anew: Record<string, unknown> = { ...NOTHING };
  for (const [name, value] of Object.entries(NOTHING)) {
    const kept = content[name];
    const alike = Array.isArray(value) ? Array.isArray(kept) : typeof kept === "string";
    if (alike) anew[name] = kept;
  }
  anew["plans"] = plansFrom(content["plans"]);
  // What was saved is what this page saved; each part was looked at just now.
  return anew as unknown as Drafted;
}
