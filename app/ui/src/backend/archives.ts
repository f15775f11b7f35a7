import type { components } from "./generated";
import { useQuery } from "@tanstack/react-query";
import { get, segment, send } from "./client";
import type { RefusalView } from "./problem";

type Schemas = components["schemas"];

/** An archive of the house, as the settings have it. */
export type Archive = Schemas["Archive"];

/** What is looked for; what is empty says nothing. */
export type StudyQuestion = Schemas["StudyQuestion"];

export type FoundStudy = Schemas["FoundStudy"];

export type FoundStudies = Schemas["FoundStudies"];

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

export type DispatchState = Schemas["DispatchState"];

/** Something on its way to an archive, or that was. */
export type Dispatch = Schemas["Dispatch"];

export type Echo = Schemas["Echo"];

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
  send: (study: string, to: string) =>
    send<Dispatch>("POST", `/studies/${segment(study)}/send`, { to }),
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
