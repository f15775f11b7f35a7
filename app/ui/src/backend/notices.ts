import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from "@tanstack/react-query";
import { get, send } from "./client";
import type { NoticeChoice, NoticeSettings, NoticeView } from "./noticeTypes";
import { keys } from "./queries";

/** What I am told, and was told lately. */
export function useNotices(enabled = true): UseQueryResult<NoticeSettings> {
  return useQuery({
    queryKey: keys.notices,
    queryFn: () => get<NoticeSettings>("/me/notices"),
    enabled,
  });
}

export interface Chosen {
  settings: NoticeChoice;
  new_secret: boolean;
}

export function useChoose(): UseMutationResult<NoticeSettings, Error, Chosen> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (chosen: Chosen) => send<NoticeSettings>("PUT", "/me/notices", chosen),
    // The secret is not kept in the cache: it is shown once, by whoever asked for it.
    onSuccess: (kept) => client.setQueryData(keys.notices, { ...kept, secret: null }),
  });
}

export const noticeActs = {
  test: (channel: "email" | "webhook") => send<null>("POST", "/me/notices/test", { channel }),
  fresh: () => get<NoticeView[]>("/me/notices/new"),
  shown: (ids: number[]) => send<null>("POST", "/me/notices/shown", { ids }),
};
