import type { CaseDetail } from "../backend/types";

/** What else may be done in a case, beside the next step of its reading. */
export type Further = "urgent" | "incidental" | "ask" | "amend" | "inform" | "forward" | "withdraw";

/**
 * Only an offer: the node decides, and a refusal says why. What is urgent may be told in any state, also after the end.
 */
export function furtherFor(detail: CaseDetail): Further[] {
  const reading = detail.readers.some(
    (one) => one.mine && one.accepted && !one.declined && !one.released,
  );
  const requesting = detail.role === "requesting";
  const over = detail.state === "declined" || detail.state === "withdrawn";
  const begun = detail.state !== "awaiting_acceptance" && !over;
  // Two entries were signed for one place: nothing but what is urgent goes on.
  if (detail.frozen) return reading && imagesHere(detail) ? ["urgent"] : [];
  const open = detail.state !== "closed" && !over;
  const offered: [Further, boolean][] = [
    ["urgent", reading && imagesHere(detail)],
    ["incidental", reading && imagesHere(detail)],
    ["amend", detail.reports.some((one) => one.mine && one.newest && one.status !== "preliminary")],
    ["inform", requesting && toExplain(detail).length > 0],
    ["ask", begun],
    ["forward", open && (requesting || (reading && begun))],
    ["withdraw", requesting && open && detail.reports.every((one) => one.status === "preliminary")],
  ];
  return offered.filter(([, may]) => may).map(([further]) => further);
}

/** Versions that were read and urgent findings that were acknowledged, but not explained to the patient yet. */
export function toExplain(detail: CaseDetail): string[] {
  const told = new Set(detail.informed.map((one) => one.about));
  const read = detail.reports.filter((one) => one.newest && one.read_at !== null);
  const urgent = detail.urgent.filter((one) => one.acknowledged !== null);
  return [...urgent, ...read].map((one) => one.entry_id).filter((entry) => !told.has(entry));
}

function imagesHere({ state, transfer }: CaseDetail): boolean {
  return transfer.state === "opened" || ["delivered", "reported", "read", "closed"].includes(state);
}
