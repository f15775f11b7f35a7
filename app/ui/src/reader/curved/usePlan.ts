import { useSyncExternalStore } from "react";
import { EMPTY_PLAN, type Plan } from "../pure/curved/plan";

// In this page's memory only, and only while the reader is open: nothing of a patient is kept in the browser.
const plans = new Map<string, Plan>();
const listeners = new Set<() => void>();

/** What is planned in a series, by its UID. */
export function planOf(series: string): Plan {
  return plans.get(series) ?? EMPTY_PLAN;
}

/** Changes a series' plan, for everybody who looks at it. */
export function changePlan(series: string, change: (old: Plan) => Partial<Plan>): void {
  const old = planOf(series);
  plans.set(series, { ...old, ...change(old) });
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

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let last = 0;

/** A name that nothing else drawn here has. */
export function newName(): string {
  last += 1;
  return `curved-${last}`;
}
