import { useQuery } from "@tanstack/react-query";
import { get, segment, send } from "./client";
import type { RefusalView } from "./problem";
import type { PatientName } from "./types";

/** An archive of the house, as the settings have it. */
export interface Archive {
  aet: string;
  address: string;
  tls: boolean;
  /** Studies and reports may be sent to it. */
  send: boolean;
  /** Its studies may be looked for and fetched. */
  fetch: boolean;
  reports: boolean;
  commitment: boolean;
  waiting: number;
  why: string | null;
  next_try: string | null;
}

/** What is looked for; what is empty says nothing. */
export interface StudyQuestion {
  patient_name: string;
  patient_id: string;
  accession_number: string;
  /** `20260131`, or `20260101-20260131`, either day of which may be left out. */
  study_date: string;
  modality: string;
}

export interface FoundStudy {
  study_instance_uid: string;
  patient: { id: string; name: PatientName; birth_date: string; sex: string };
  study_date: string;
  accession_number: string;
  description: string;
  modalities: string[];
  /** Null when the archive does not say. */
  instances: number | null;
  /** Images of it that are here already. */
  here: number;
}

export interface FoundStudies {
  studies: FoundStudy[];
  /** There are more than are shown. */
  more: boolean;
}

export interface Fetched {
  study_instance_uid: string;
  new: number;
  already_here: number;
  refused: number;
  missing: number;
  /** Whether all that the archive has of it is known to be here. */
  complete: boolean;
  why: string | null;
}

/** Long work of the node. */
export interface Job<R> {
  id: string;
  state: "running" | "done" | "failed";
  done: number;
  total: number;
  result?: R;
  error?: RefusalView;
}

export type DispatchState = "queued" | "sending" | "delivered" | "failed" | "cancelled";

/** Something on its way to an archive, or that was. */
export interface Dispatch {
  id: string;
  archive: string;
  what: "study" | "report" | "commitment";
  study_instance_uid: string;
  case_id: string | null;
  state: DispatchState;
  instances: number;
  sent: number;
  refused: number;
  reasons: { sop_instance_uid: string; why: string | null }[];
  why: string | null;
  attempts: number;
  next_try: string | null;
  commitment: "asked" | "safe" | "not_safe" | "not_offered" | null;
  queued: string;
  changed: string;
}

export interface Echo {
  ok: boolean;
  why: string | null;
  milliseconds: number;
}

export const archives = {
  list: () => get<Archive[]>("/archives"),
  echo: (aet: string) => send<Echo>("POST", `/archives/${segment(aet)}/echo`, {}),
  find: (aet: string, question: StudyQuestion) =>
    send<FoundStudies>("POST", `/archives/${segment(aet)}/find`, question),
  fetch: (aet: string, study: string) =>
    send<{ job: string }>("POST", `/archives/${segment(aet)}/fetch`, {
      study_instance_uid: study,
    }),
  fetching: (job: string) => get<Job<Fetched>>(`/jobs/${segment(job)}`),
  cancelFetch: (job: string) => send<null>("POST", `/fetches/${segment(job)}/cancel`, {}),
  dispatches: () => get<Dispatch[]>("/dispatches"),
  cancel: (id: string) => send<Dispatch>("POST", `/dispatches/${segment(id)}/cancel`, {}),
  again: (id: string) => send<Dispatch>("POST", `/dispatches/${segment(id)}/again`, {}),
};

export const archiveKeys = {
  archives: ["archives"],
  dispatches: ["archives", "dispatches"],
} as const;

export const useArchives = () =>
  useQuery({ queryKey: archiveKeys.archives, queryFn: archives.list });

/** Asked again and again while something is on its way. */
export const useDispatches = () =>
  useQuery({
    queryKey: archiveKeys.dispatches,
    queryFn: archives.dispatches,
    refetchInterval: (query) =>
      query.state.data?.some((one) => one.state === "queued" || one.state === "sending")
        ? 2_000
        : 20_000,
  });

/** How a fetch stands, until it has ended. */
export const useFetching = (job: string | null) =>
  useQuery({
    queryKey: ["fetching", job],
    queryFn: () => archives.fetching(job ?? ""),
    enabled: job !== null,
    refetchInterval: (query) =>
      query.state.data === undefined || query.state.data.state === "running" ? 500 : false,
  });
