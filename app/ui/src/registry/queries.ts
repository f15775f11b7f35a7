import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Problem } from "../backend/problem";
import { registry } from "./client";
import type { CredentialFilter } from "./types";

/** Names of cached answers. Whatever an operator does shows in several of them, so all are asked again after it. */
export const keys = {
  session: ["registry", "session"],
  all: ["registry", "data"],
  status: ["registry", "data", "status"],
  credentials: ["registry", "data", "credentials"],
  log: ["registry", "data", "log"],
  pending: ["registry", "data", "pending"],
} as const;

/** The operator signed in here, or null. */
export const useOperator = () =>
  useQuery({
    queryKey: keys.session,
    queryFn: () =>
      registry.session().catch((error: unknown) => {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      }),
  });

export const useRegistryStatus = () =>
  useQuery({ queryKey: keys.status, queryFn: registry.status, refetchInterval: 30_000 });
export const usePending = () => useQuery({ queryKey: keys.pending, queryFn: registry.pending });
export const useCredentials = (filter: CredentialFilter) =>
  useQuery({
    queryKey: [...keys.credentials, filter],
    queryFn: () => registry.credentials(filter),
    placeholderData: keepPreviousData,
  });
export const useCredential = (fingerprint: string) =>
  useQuery({
    queryKey: [...keys.credentials, fingerprint],
    queryFn: () => registry.credential(fingerprint),
  });
export const useOperatorLog = (offset: number) =>
  useQuery({
    queryKey: [...keys.log, offset],
    queryFn: () => registry.operatorLog(offset),
    placeholderData: keepPreviousData,
  });
