import type { CaseDetail, Report } from "../backend/types";

/** Whether nothing more is signed in a case. */
export function isOver({ state, frozen }: Pick<CaseDetail, "state" | "frozen">): boolean {
  return frozen || state === "closed" || state === "declined" || state === "withdrawn";
}

/** Reports of others that whoever asks may co-sign. Only an offer: the node decides, and a refusal says why. */
export function coSignable(detail: CaseDetail): Report[] {
  const reads = detail.readers.some((one) => one.mine && one.accepted && !one.declined);
  if (!reads || isOver(detail)) return [];
  const signed = new Set(detail.co_signatures.filter((one) => one.mine).map((one) => one.of));
  return detail.reports.filter((one) => !one.mine && one.newest && !signed.has(one.entry_id));
}
