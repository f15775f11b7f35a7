import { useEffect } from "react";
import { Problem } from "../backend/problem";
import { reports } from "../backend/reports";
import {
  draft,
  drafted,
  forgetDrafted,
  fromKept,
  isEmpty,
  mine,
  useDrafted,
  type Drafted,
} from "../consultation/drafted";
import { all, alongside, ASKING, set, useKeeping, type Keeping } from "./kept";

/** How long nobody must have written before it is saved, ms. */
export const QUIET = 1_500;

let locked = false;

/** Keeps what is written in a case at the node while the form is open; says how that goes. */
export function useAutosave(caseId: string): Keeping {
  const written = useDrafted(caseId);
  const keeping = useKeeping(caseId);
  useEffect(() => void begin(caseId), [caseId]);
  useEffect(() => {
    const kept = all.get(mine(caseId));
    if (kept?.keeping.state !== "kept" && kept?.keeping.state !== "failed") return;
    clearTimeout(kept.timer);
    kept.timer = setTimeout(() => void save(caseId), QUIET);
  }, [caseId, written]);
  useEffect(() => {
    const leave = () => {
      if (document.visibilityState === "hidden") void save(caseId);
    };
    document.addEventListener("visibilitychange", leave);
    return () => {
      document.removeEventListener("visibilitychange", leave);
      void save(caseId);
    };
  }, [caseId]);
  return keeping;
}

/** Asks for what was kept, once; what is in this page already goes before it. */
async function begin(caseId: string): Promise<void> {
  const key = mine(caseId);
  if (all.has(key)) return;
  const nothing = { revision: 0, content: "", timer: undefined, busy: false };
  all.set(key, { caseId, keeping: ASKING, ...nothing });
  try {
    const found = await reports.draft(caseId);
    if (!found) {
      set(key, { keeping: { state: "kept", savedAt: null, saving: false } });
      if (key === mine(caseId) && !isEmpty(drafted(caseId))) await save(caseId);
      return;
    }
    const keeping: Keeping = {
      state: "offered",
      savedAt: found.saved_at,
      signedSince: found.signed_since,
    };
    set(key, { revision: found.revision, content: JSON.stringify(found.content), keeping });
  } catch (error) {
    set(key, { keeping: { state: "failed", error: asError(error) } });
  }
}

/** What the node keeps and nobody has answered for yet; null when it keeps nothing of the kind. */
export function offered(caseId: string): Drafted | null {
  const kept = all.get(mine(caseId));
  if (kept?.keeping.state !== "offered") return null;
  return fromKept(JSON.parse(kept.content) as Record<string, unknown>);
}

/** Goes on with what was kept; what was taken in the reader since comes along. */
export async function resume(caseId: string): Promise<void> {
  const key = mine(caseId);
  try {
    const found = await reports.draft(caseId);
    if (key !== mine(caseId)) return;
    const { keyImages, measurements, plans } = drafted(caseId);
    if (found) {
      const before = fromKept(found.content);
      // Whoever takes what another window saved wants its plans; else those of this page are the ones restored from it.
      const here = all.get(key)?.keeping.state === "conflict" ? [] : plans;
      const planned = new Set(here.map((one) => one.series));
      const shown = new Set(before.keyImages.map((one) => JSON.stringify(one.image)));
      const measured = new Set(before.measurements.map((one) => one.id));
      draft(caseId, () => ({
        ...before,
        keyImages: [
          ...before.keyImages,
          ...keyImages.filter((one) => !shown.has(JSON.stringify(one.image))),
        ],
        measurements: [
          ...before.measurements,
          ...measurements.filter((one) => !measured.has(one.id)),
        ],
        plans: [...here, ...before.plans.filter((one) => !planned.has(one.series))],
      }));
    }
    set(key, {
      revision: found?.revision ?? 0,
      content: JSON.stringify(found?.content),
      keeping: { state: "kept", savedAt: found?.saved_at ?? null, saving: false },
    });
  } catch (error) {
    set(key, { keeping: { state: "failed", error: asError(error) } });
  }
}

/** Throws away what was kept, here and at the node. */
export async function discard(caseId: string): Promise<void> {
  const key = mine(caseId);
  try {
    await reports.discardDraft(caseId);
    if (key === mine(caseId)) forgetDrafted(caseId);
    set(key, {
      revision: 0,
      content: "",
      keeping: { state: "kept", savedAt: null, saving: false },
    });
  } catch (error) {
    set(key, { keeping: { state: "failed", error: asError(error) } });
  }
}

/** Puts what is in this window in the place of what another one saved. */
export async function overwrite(caseId: string): Promise<void> {
  const key = mine(caseId);
  try {
    const found = await reports.draft(caseId);
    set(key, {
      revision: found?.revision ?? 0,
      content: "",
      keeping: { state: "kept", savedAt: found?.saved_at ?? null, saving: false },
    });
    await save(caseId);
  } catch (error) {
    set(key, { keeping: { state: "failed", error: asError(error) } });
  }
}

/** Signed, or whoever wrote has left: nothing is saved any more. */
export function forgetKept(caseId?: string): void {
  if (caseId === undefined) for (const keeper of alongside) keeper.forget();
  for (const [key, kept] of all)
    if (caseId === undefined || key === mine(caseId)) {
      clearTimeout(kept.timer);
      all.delete(key);
    }
}

/** Saves at once what is being written, before the tab is loaded anew. */
export async function saveKept(): Promise<void> {
  const own = [...all.values()].map(({ caseId }) => save(caseId));
  await Promise.all([...own, ...alongside.map((keeper) => keeper.save())]);
}

/** While the page is locked nothing is saved: whoever opens it may be somebody else. What waits is saved afterwards. */
export function lockKept(lock: boolean): void {
  locked = lock;
  for (const keeper of alongside) keeper.lock(lock);
  if (!lock) for (const { caseId } of [...all.values()]) void save(caseId);
}

/** Saves what is written now, unless the node has it. One at a time: what came meanwhile is saved after it. */
async function save(caseId: string): Promise<void> {
  const key = mine(caseId);
  const kept = all.get(key);
  const may = kept?.keeping.state === "kept" || kept?.keeping.state === "failed";
  if (locked || !kept || !may || kept.busy) return;
  clearTimeout(kept.timer);
  const content = JSON.stringify(drafted(caseId));
  if (content === kept.content || (kept.content === "" && isEmpty(drafted(caseId)))) return;
  const savedAt = kept.keeping.state === "kept" ? kept.keeping.savedAt : null;
  set(key, { busy: true, keeping: { state: "kept", savedAt, saving: true } });
  try {
    const saved = await reports.saveDraft(caseId, kept.revision, drafted(caseId));
    set(key, {
      busy: false,
      content,
      revision: saved.revision,
      keeping: { state: "kept", savedAt: saved.saved_at, saving: false },
    });
    if (key === mine(caseId) && JSON.stringify(drafted(caseId)) !== content) await save(caseId);
  } catch (error) {
    const elsewhere = error instanceof Problem && error.code === "draft_changed";
    set(key, {
      busy: false,
      keeping: elsewhere ? { state: "conflict" } : { state: "failed", error: asError(error) },
    });
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
