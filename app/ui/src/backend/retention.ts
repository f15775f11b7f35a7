import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { address, get, send } from "./client";
import type { FactorAnswer } from "./factor";
import type { components } from "./generated";

/** What is kept here, until when, and what was deleted. */
export type Keeping = components["schemas"]["Keeping"];
export type KeptCase = components["schemas"]["KeptCase"];
export type KeptStudy = components["schemas"]["KeptStudy"];
export type Deletion = components["schemas"]["Deletion"];

/** Why something is deleted; before its time for every reason but the first. */
export const REASONS = [
  "kept_long_enough",
  "patient_request",
  "wrongly_received",
  "sender_request",
  "wrong_patient",
  "duplicate",
  "trial",
] as const;
export type Reason = (typeof REASONS)[number];

/** A case, or a study. */
export type Subject = { case_id: string } | { study_instance_uid: string };

/** A wish to delete, with the proofs of those who sign it. */
export type NewDeletion = Subject & {
  reason: Reason;
  why: string;
  early: boolean;
  /** The last six characters of the identifier, typed. */
  confirm: string;
  proof: string;
  second_proof: string | null;
};

export const retention = {
  show: () => get<Keeping>("/retention"),
  /** `practitioner` null: whoever is signed in. The proof is good once. */
  prove: (practitioner: string | null, passphrase: string, factor: FactorAnswer | null) =>
    send<components["schemas"]["Proved"]>("POST", "/security/proof", {
      practitioner,
      passphrase,
      second_factor: factor,
    }),
  remove: (wanted: NewDeletion) => send<Deletion>("POST", "/retention/deletions", wanted),
  readmit: (study: string, why: string) =>
    send<Deletion>("POST", "/retention/readmissions", { study_instance_uid: study, why }),
};

/** Address of the certificate of a deletion. */
export const certificateFile = (number: number) =>
  address(`/retention/deletions/${String(number)}/certificate`);

const KEY = ["retention"] as const;

export const useKeeping = () => useQuery({ queryKey: KEY, queryFn: retention.show });

/** Does something to what is kept; everything that is shown of it, and of cases and studies, is asked for anew. */
export function useKeepingAct<T>(act: (wanted: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => client.invalidateQueries(),
  });
}
