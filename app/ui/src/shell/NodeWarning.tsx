import type { ReactElement } from "react";
import { Problem } from "../backend/problem";
import { useStatus } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";

/** Says on every page why this machine is none to work at: revoked, expired, or a laptop that nobody unlocked. */
export function NodeWarning(): ReactElement | null {
  const refused = useStatus().data?.refused;
  if (!refused) return null;
  const { code, detail, detail_ja, next } = refused;
  return (
    <ProblemNote
      error={new Problem({ status: 403, code, detail, detailJa: detail_ja ?? "", next })}
    />
  );
}
