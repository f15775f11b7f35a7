import { useEffect, useSyncExternalStore } from "react";
import { Problem } from "../backend/problem";
import { together } from "../backend/together";
import { mine } from "../consultation/drafted";
import { QUIET } from "../report/autosave";
import { alongside, ASKING, type Keeping } from "../report/kept";

/** What follows from two reports, while it is written. */
export interface Opinion {
  opinion: string;
  recommendations: string;
}

interface Kept {
  caseId: string;
  written: Opinion;
  keeping: Keeping;
  revision: number;
  /** What the node has, as it was sent. */
  content: string;
  timer: ReturnType<typeof setTimeout> | undefined;
  busy: boolean;
}

const NOTHING: Opinion = { opinion: "", recommendations: "" };
const NONE = { written: NOTHING, keeping: ASKING };
// In this page's memory, and sealed at the node: nothing of a patient is kept in the browser. By author and case.
const all = new Map<string, Kept>();
const listeners = new Set<() => void>();
let locked = false;

alongside.push({
  lock: (lock) => {
    locked = lock;
    if (!lock) void saveAll();
  },
  forget: () => {
    for (const key of [...all.keys()]) drop(key);
  },
  save: saveAll,
});

/** What is written of an opinion in a case, kept at the node while the form is open. */
export function useOpinion(caseId: string): { written: Opinion; keeping: Keeping } {
  const kept = useSyncExternalStore(listen, () => all.get(mine(caseId)) ?? NONE);
  useEffect(() => void begin(caseId), [caseId]);
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
  return kept;
}

/** Writes on; saved once nobody has written for a while. */
export function write(caseId: string, part: Partial<Opinion>): void {
  const kept = all.get(mine(caseId));
  if (!kept) return;
  clearTimeout(kept.timer);
  set(mine(caseId), {
    written: { ...kept.written, ...part },
    timer: setTimeout(() => void save(caseId), QUIET),
  });
}

/** Signed: nothing waits to be written any more. */
export function forgetOpinion(caseId: string): void {
  drop(mine(caseId));
}

/** What to do about a draft that is at the node. */
export const opinionDraft = {
  resume: async (caseId: string) => {
    await asked(caseId, async (key) => {
      const found = await together.draft(caseId);
      set(key, {
        ...(found ? { written: fromKept(found.content) } : {}),
        revision: found?.revision ?? 0,
        content: found ? JSON.stringify(fromKept(found.content)) : "",
        keeping: { state: "kept", savedAt: found?.saved_at ?? null, saving: false },
      });
    });
  },
  discard: async (caseId: string) => {
    await asked(caseId, async (key) => {
      await together.discardDraft(caseId);
      const keeping: Keeping = { state: "kept", savedAt: null, saving: false };
      set(key, { written: NOTHING, revision: 0, content: "", keeping });
    });
  },
  overwrite: async (caseId: string) => {
    await asked(caseId, async (key) => {
      const found = await together.draft(caseId);
      const keeping: Keeping = { state: "kept", savedAt: found?.saved_at ?? null, saving: false };
      set(key, { revision: found?.revision ?? 0, content: "", keeping });
      await save(caseId);
    });
  },
};

/** Asks for what was kept, once. */
async function begin(caseId: string): Promise<void> {
  const key = mine(caseId);
  if (all.has(key)) return;
  const nothing = { revision: 0, content: "", timer: undefined, busy: false };
  all.set(key, { caseId, written: NOTHING, keeping: ASKING, ...nothing });
  await asked(caseId, async () => {
    const found = await together.draft(caseId);
    const keeping: Keeping = found
      ? { state: "offered", savedAt: found.saved_at, signedSince: found.signed_since }
      : { state: "kept", savedAt: null, saving: false };
    set(key, { keeping });
  });
}

async function asked(caseId: string, ask: (key: string) => Promise<void>): Promise<void> {
  const key = mine(caseId);
  try {
    await ask(key);
  } catch (error) {
    set(key, { keeping: { state: "failed", error: asError(error) } });
  }
}

/** Saves what is written now, unless the node has it. One at a time: what came meanwhile is saved after it. */
async function save(caseId: string): Promise<void> {
  const key = mine(caseId);
  const kept = all.get(key);
  const may = kept?.keeping.state === "kept" || kept?.keeping.state === "failed";
  if (locked || !kept || !may || kept.busy) return;
  clearTimeout(kept.timer);
  const content = JSON.stringify(kept.written);
  if (content === kept.content || (kept.content === "" && isEmpty(kept.written))) return;
  const savedAt = kept.keeping.state === "kept" ? kept.keeping.savedAt : null;
  set(key, { busy: true, keeping: { state: "kept", savedAt, saving: true } });
  try {
    const saved = await together.saveDraft(caseId, kept.revision, kept.written);
    const { revision, saved_at } = saved;
    const keeping: Keeping = { state: "kept", savedAt: saved_at, saving: false };
    set(key, { busy: false, content, revision, keeping });
    if (key === mine(caseId)) await save(caseId);
  } catch (error) {
    const elsewhere = error instanceof Problem && error.code === "draft_changed";
    set(key, {
      busy: false,
      keeping: elsewhere ? { state: "conflict" } : { state: "failed", error: asError(error) },
    });
  }
}

async function saveAll(): Promise<void> {
  await Promise.all([...all.values()].map(({ caseId }) => save(caseId)));
}

/** A draft as the node kept it, by whichever version of this page it was written. */
function fromKept(content: Record<string, unknown>): Opinion {
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return {
    opinion: text(content["opinion"]),
    recommendations: text(content["recommendations"]),
  };
}

function isEmpty({ opinion, recommendations }: Opinion): boolean {
  return opinion.trim() === "" && recommendations.trim() === "";
}

/** Changes what is kept under `key`, unless it was forgotten. */
function set(key: string, change: Partial<Kept>): void {
  const old = all.get(key);
  if (!old) return;
  all.set(key, { ...old, ...change });
  for (const listener of listeners) listener();
}

function drop(key: string): void {
  clearTimeout(all.get(key)?.timer);
  all.delete(key);
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
