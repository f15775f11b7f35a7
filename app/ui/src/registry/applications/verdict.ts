import type { Verdict } from "./types";

/** How a verdict reads at a glance: yes, no, or not known. */
export const TONE: Record<Verdict, "yes" | "no" | "open"> = {
  listed: "yes",
  "not-listed": "no",
  "listed-until": "no",
  "listed-under-another-name": "no",
  "listed-with-another-number": "no",
  "equivalence-claimed": "open",
  "no-list": "open",
};

export function isVerdict(code: string): code is Verdict {
  return Object.hasOwn(TONE, code);
}

/** Whether the list speaks against it. */
export function isDoubted(verdict: Verdict): boolean {
  return TONE[verdict] === "no";
}
