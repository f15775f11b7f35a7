import type { CaseSummary } from "../backend/types";

export type Action = "accept" | "decline" | "report" | "read" | "close";

/**
 * What to offer. Only an offer: the node decides, and a refusal says why.
 */
export function actionsFor({
  role,
  state,
  open,
}: Pick<CaseSummary, "role" | "state" | "open">): Action[] {
  if (role === "consulting") {
    if (state === "awaiting_acceptance") return ["accept", "decline"];
    if (state === "delivered") return ["report"];
    return [];
  }
  if (state === "reported") return ["read"];
  // What is open would be lost from sight.
  if (state === "read" && open.length === 0) return ["close"];
  return [];
}
