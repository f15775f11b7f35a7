import type { ReactElement } from "react";
import { problemOf } from "../backend/problem";
import { useStatus } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";

/** Says on every page why this machine is none to work at: revoked, expired, or a laptop that nobody unlocked. */
export function NodeWarning(): ReactElement | null {
  const refused = useStatus().data?.refused;
  if (!refused) return null;
  return <ProblemNote error={problemOf(403, refused)} />;
}
