import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { get, segment, send } from "./client";
import { problemOf } from "./problem";
import { keys } from "./queries";
import type { JobView } from "./setupTypes";
import type { Counterpart } from "./types";

/** Consultations that go by USB stick or disc. Paths are those of the machine on which the node runs. */
export interface NewMedium {
  case_id: string;
  /** Absolute: a folder, or a file that ends in `.iso`. */
  path: string;
  /** What one medium holds, as `650M`; left out, all goes on one. */
  capacity?: string;
}

export interface Written {
  for: Counterpart;
  /** Whether the images are on it too. */
  study: boolean;
  /** The folders or files that were written. */
  media: string[];
}

/** What became of a case that was on a medium. */
export interface ReadCase {
  case_id: string;
  /** How many of its entries were new. */
  entries: number;
  study: "accept_first" | "complete" | "here" | "on_its_way" | "incomplete" | null;
  done?: number;
  total?: number;
  missing_discs?: number[];
}

export interface ReadMedia {
  cases: ReadCase[];
}

export const media = {
  write: (wanted: NewMedium) => send<{ job: string }>("POST", "/media/write", wanted),
  read: (paths: string[]) => send<{ job: string }>("POST", "/media/read", { paths }),
};

/** Follows long work of the node to its end; then everything that it may have changed is asked again. */
export function useMediaJob<R>(job: string | null) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ["jobs", job],
    queryFn: () => get<JobView & { result?: R }>(`/jobs/${segment(job ?? "")}`),
    enabled: job !== null,
    refetchInterval: ({ state }) => (state.data && state.data.state !== "running" ? false : 500),
  });
  const ended = query.data?.state === "done";
  useEffect(() => {
    if (!ended) return;
    for (const queryKey of [keys.cases, keys.studies, keys.urgent, keys.duties])
      void client.invalidateQueries({ queryKey: [...queryKey] });
  }, [client, ended]);
  const failed =
    query.data?.state === "failed" && query.data.error ? problemOf(409, query.data.error) : null;
  return {
    running: job !== null && !query.isError && (query.data?.state ?? "running") === "running",
    done: query.data?.done ?? 0,
    total: query.data?.total ?? 0,
    result: query.data?.result ?? null,
    error: query.error ?? failed,
  };
}
