import { ofKind, type Display, type GovernanceRecord } from "../backend/governance";

/** The displays in use, as the newest record of each says. */
export function inUse(records: readonly GovernanceRecord[]): Display[] {
  const newest = new Map<string, Display>();
  for (const { statement } of ofKind(records, "display"))
    if (!newest.has(statement.name)) newest.set(statement.name, statement);
  return [...newest.values()].filter((one) => one.retired !== true);
}
