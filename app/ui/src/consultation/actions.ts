import type { CaseSummary } from "../backend/types";

export type Action = "accept" | "decline" | "report" | "read" | "close";

/**
 * What to offer. Only an offer: the node decides, and a refusal says why.
 */
export function actionsFor({ role, state }: Pick<CaseSummary, "role" | "state">): Action[] {
  if (role === "consulting") {
    if (state === "awaiting_acceptance") return ["accept", "decline"];
    if (state === "delivered") return ["report"];
    return [];
  }
  if (state === "reported") return ["read"];
  if (state === "read") return ["close"];
  return [];
}
