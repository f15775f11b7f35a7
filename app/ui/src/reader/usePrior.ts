import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { backend } from "../backend/client";
import { keys } from "../backend/queries";
import type { Study } from "../backend/types";
import { noteSyntaxes } from "./engine/source";

/** Another study of the patient, once it was chosen; null until it is here. */
export function usePrior(uid: string | null): Study | null {
  const { data } = useQuery({
    queryKey: keys.study(uid ?? ""),
    enabled: uid !== null,
    staleTime: Infinity,
    queryFn: () => backend.study(uid ?? ""),
  });
  return useMemo(() => {
    if (!data || uid === null) return null;
    // How its images are stored must be known before the first of them is drawn.
    noteSyntaxes(data);
    return data;
  }, [data, uid]);
}
