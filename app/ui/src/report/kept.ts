import { useSyncExternalStore } from "react";
import { mine } from "../consultation/drafted";

/** Where a draft stands with the node. */
export type Keeping =
  | { state: "asking" }
  /** There is one from before. */
  | { state: "offered"; savedAt: string; signedSince: boolean }
  /** What is here is, or will be, saved. */
  | { state: "kept"; savedAt: string | null; saving: boolean }
  /** Another window saved meanwhile. */
  | { state: "conflict" }
  | { state: "failed"; error: Error };

export interface Kept {
  caseId: string;
  keeping: Keeping;
  revision: number;
  /** What the node has, as it was sent. */
  content: string;
  timer: ReturnType<typeof setTimeout> | undefined;
  busy: boolean;
}

export const ASKING: Keeping = { state: "asking" };
/** By author and case. */
export const all = new Map<string, Kept>();
const listeners = new Set<() => void>();

/** Changes what is kept under `key`, unless it was forgotten: its author has signed or left. */
export function set(key: string, change: Partial<Kept>): void {
  const old = all.get(key);
  if (!old) return;
  all.set(key, { ...old, ...change });
  for (const listener of listeners) listener();
}

/** Where the draft of a case stands, as it changes. */
export function useKeeping(caseId: string): Keeping {
  return useSyncExternalStore(listen, () => all.get(mine(caseId))?.keeping ?? ASKING);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Something else that is kept while it is written, beside reports. */
export interface Keeper {
  lock: (lock: boolean) => void;
  forget: () => void;
  save: () => Promise<void>;
}

/** It is locked, forgotten and saved whenever reports are. */
export const alongside: Keeper[] = [];
