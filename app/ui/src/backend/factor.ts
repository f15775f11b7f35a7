import { Problem } from "./problem";

/** What the second factor is asked, of whatever kind it is; `options` are as the kind defines them. */
export interface FactorAsked {
  kind: string;
  /** What a device is to sign; null for a kind that answers none, as one-time passwords. */
  challenge: string | null;
  options: unknown;
}

/** What is answered: a code, what a device signed, or a recovery code. */
export interface FactorAnswer {
  answer: string;
  /** The challenge that it answers, when there was one. */
  challenge?: string;
}

/** What was asked, when an answer of the second factor is all that was missing. */
export function askedBy(error: Error | null): FactorAsked | null {
  return error instanceof Problem ? error.secondFactor : null;
}

/** What somebody typed, as an answer; null when nothing was. */
export function typedAnswer(
  typed: string | null,
  asked: FactorAsked | null = null,
): FactorAnswer | null {
  if (!typed) return null;
  const challenge = asked?.challenge ?? null;
  return challenge === null ? { answer: typed } : { answer: typed, challenge };
}

/** Whether this page can have the person answer it: of devices that sign, it takes a recovery code only. */
export function isTyped(asked: FactorAsked | null): boolean {
  return asked === null || asked.kind === "totp";
}
