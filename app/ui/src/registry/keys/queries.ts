import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Problem } from "../../backend/problem";
import { keys } from "../queries";
import { ceremony, keyring } from "./client";
import type { HeldRoot } from "./types";

export const useKeyStanding = () =>
  useQuery({ queryKey: [...keys.all, "keys"], queryFn: keyring.standing });

export const CEREMONY = ["registry", "ceremony"] as const;

/** The root that is held, or null. */
export const useCeremony = () =>
  useQuery({
    queryKey: CEREMONY,
    queryFn: () =>
      ceremony.show().catch((error: unknown) => {
        if (error instanceof Problem && error.code === "no_ceremony") return null;
        throw error;
      }),
  });

/** Keeps what the ceremony came to. */
export function useTaken() {
  const client = useQueryClient();
  return (held: HeldRoot | null) => client.setQueryData(CEREMONY, held);
}
