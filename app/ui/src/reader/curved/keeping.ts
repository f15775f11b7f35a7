import { useSyncExternalStore } from "react";
import { keptOf, withKept, withoutKept, type KeptPlan } from "../pure/curved/kept";
import { planOf, setPlan } from "./usePlan";

/** What is planned now in these series, as a draft keeps it. */
export function plansNow(series: readonly string[]): KeptPlan[] {
  return series.flatMap((uid) => keptOf(uid, planOf(uid)) ?? []);
}

/** Puts what was kept in the place of what is planned in these series. */
export function restorePlans(series: readonly string[], plans: readonly KeptPlan[]): void {
  for (const uid of series) {
    const kept = plans.find((one) => one.series === uid);
    const plan = planOf(uid);
    if (kept) setPlan(uid, withKept(plan, kept));
    else if (keptOf(uid, plan)) setPlan(uid, withoutKept(plan));
  }
}

/** Where plans are kept while the reader is open: in the draft of a case. */
export interface Keeper {
  caseId: string;
  /** Writes what is planned into the report. */
  insert: () => void;
}

let keeper: Keeper | null = null;
const listeners = new Set<() => void>();

/** Says where plans are kept from now on; null for nowhere. */
export function keepBy(next: Keeper | null): void {
  keeper = next;
  for (const listener of listeners) listener();
}

/** Where plans are kept; null where they are of this window only. */
export function useKeeper(): Keeper | null {
  return useSyncExternalStore(listen, () => keeper);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
