import { useMutation, useQueryClient, type UseMutationResult } from "@tanstack/react-query";
import { keys } from "./queries";

/** An act of the operator; whatever became of it, everything shown is asked again. */
export function useAct<V, R>(act: (value: V) => Promise<R>): UseMutationResult<R, Error, V> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => client.invalidateQueries({ queryKey: [...keys.all] }),
  });
}
