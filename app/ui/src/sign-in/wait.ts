import { Problem } from "../backend/problem";

/** Seconds for which no passphrase is taken after too many wrong ones; null when one may be tried. */
export function waitOf(error: Error | null): number | null {
  return error instanceof Problem && error.code === "locked_out" ? error.retryAfter : null;
}
