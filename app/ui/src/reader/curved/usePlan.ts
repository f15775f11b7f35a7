import { useSyncExternalStore } from "react";
import { EMPTY_PLAN, type Plan } from "../pure/curved/plan";

// In this page's memory only, and only while the reader is open: nothing of a patient is kept in the browser. Of a case,
// whoever writes its report finds canals and implants again in her draft (KeptPlans.tsx).
const plans = new Map<string, Plan>();
const listeners = new Set<() => void>();

/** What is planned in a series, by its UID. */
export function planOf(series: string): Plan {
  return plans.get(series) ?? EMPTY_PLAN;
}

/** Changes a series' plan, for everybody who looks at it. */
export function changePlan(series: string, change: (old: Plan) => Partial<Plan>): void {
  const old = planOf(series);
  setPlan(series, { ...old, ...change(old) });
}

/** Puts another plan in the place of a series'. */
export function setPlan(series: string, plan: Plan): void {
  plans.set(series, plan);
  tell();
}

/** All of them, when the reader is left. */
export function forgetPlans(): void {
  plans.clear();
  tell();
}

/** What was measured is gone from all. */
export function forgetLines(): void {
  for (const [series, plan] of plans) plans.set(series, { ...plan, lines: [], probe: null });
  tell();
}

export function usePlan(series: string): Plan {
  return useSyncExternalStore(listen, () => planOf(series));
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** Calls `listener` after every change, until what it returns is called. */
export function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A name that nothing else drawn has, be it here or in what a draft kept from before. */
export function newName(): string {
  const parts = Array.from(crypto.getRandomValues(new Uint32Array(2)), (one) => one.toString(36));
  return `curved-${parts.join("")}`;
}
