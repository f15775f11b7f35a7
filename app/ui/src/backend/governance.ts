import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { address, get, segment, send } from "./client";
import type {
  ChecklistItem,
  Draft,
  Facts,
  Governance,
  GovernanceRecord,
  Mine,
  Roles,
  Statement,
} from "./governanceTypes";

export * from "./governanceTypes";

export const governance = {
  show: () => get<Governance>("/governance"),
  mine: () => get<Mine>("/governance/me"),
  roles: () => get<Roles>("/governance/roles"),
  checklist: () => get<{ edition: number; items: ChecklistItem[] }>("/governance/checklist"),
  records: () => get<GovernanceRecord[]>("/governance/records"),
  draft: <T extends Draft>(kind: string, language: string, facts?: Facts) =>
    send<T>("POST", `/governance/drafts/${segment(kind)}`, {
      language,
      ...(facts && { facts }),
    }),
  sign: (statement: Statement) => send<GovernanceRecord>("POST", "/governance/records", statement),
};

/** Address of a record as a paper, or of the records as a table. */
export const paperFile = (id: string) => address(`/governance/records/${segment(id)}/paper.pdf`);
export const tableFile = (which: "records" | "inspections") =>
  address(`/governance/tables/${which}`);

const KEY = ["governance"] as const;

export const useGovernance = () =>
  useQuery({
    queryKey: [...KEY, "due"],
    queryFn: governance.show,
    refetchInterval: 60_000,
  });
export const useMine = () => useQuery({ queryKey: [...KEY, "me"], queryFn: governance.mine });
export const useRoles = () => useQuery({ queryKey: [...KEY, "roles"], queryFn: governance.roles });
export const useRecords = () =>
  useQuery({ queryKey: [...KEY, "records"], queryFn: governance.records });
export const useChecklist = () =>
  useQuery({ queryKey: [...KEY, "checklist"], queryFn: governance.checklist, staleTime: Infinity });

/** Signs a statement; everything that is shown of the house is asked for anew. */
export function useSign() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: governance.sign,
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

/** The records of one kind, the newest first. */
export function ofKind<K extends Statement["record"]>(
  records: readonly GovernanceRecord[],
  kind: K,
): (GovernanceRecord & { statement: Extract<Statement, { record: K }> })[] {
  return records.filter(
    (one): one is GovernanceRecord & { statement: Extract<Statement, { record: K }> } =>
      one.statement.record === kind,
  );
}
