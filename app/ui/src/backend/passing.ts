import {
  useQuery,
  useQueryClient,
  useMutation,
  type UseMutationResult,
} from "@tanstack/react-query";
import { get, send } from "./client";
import type { components } from "./generated";
import { keys } from "./queries";
import type { Confirmation } from "./together";

type Schemas = components["schemas"];

/** The practice, as it passes on. */
export type Passing = Schemas["HandOverView"];

/** What somebody else has offered, or left. */
export type PassingFrom = Schemas["PassingFrom"];

/** How much passes, and what hinders. */
export type PassingCount = Schemas["PassingCount"];

export const passing = {
  offer: (to: string, reason: string, confirmation: Confirmation) =>
    send<Passing>("POST", "/hand-over", { to, reason, ...confirmation }),
  take: (from: string, confirmation: Confirmation) =>
    send<Passing>("POST", "/hand-over/taken", { from, ...confirmation }),
  end: (other: string, reason: string) =>
    send<Passing>("POST", "/hand-over/ended", { with: other, reason }),
};

/** How the practice passes on; for somebody to whom it could, what would hinder it. */
export const usePassing = (to: string | null = null) =>
  useQuery({
    queryKey: [...keys.passing, to ?? ""],
    queryFn: () => get<Passing>(to === null ? "/hand-over" : `/hand-over?to=${to}`),
  });

/** Signs in many cases at once: everything that is told of them is asked anew. */
export function usePassingAct<T>(
  act: (given: T) => Promise<unknown>,
): UseMutationResult<unknown, Error, T> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () =>
      Promise.all(
        [keys.passing, keys.cases, keys.urgent, keys.duties].map((queryKey) =>
          client.invalidateQueries({ queryKey: [...queryKey] }),
        ),
      ),
  });
}
