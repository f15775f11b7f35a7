import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Problem } from "../backend/problem";
import type { ApplicationFilter } from "./applications/types";
import { registry } from "./client";
import type { CredentialFilter, LogFilter, OperatorSession } from "./types";

/** Names of cached answers. Whatever an operator does shows in several of them, so all are asked again after it. */
export const keys = {
  session: ["registry", "session"],
  all: ["registry", "data"],
  status: ["registry", "data", "status"],
  applications: ["registry", "data", "applications"],
  specialists: ["registry", "data", "specialists"],
  credentials: ["registry", "data", "credentials"],
  operators: ["registry", "data", "operators"],
  log: ["registry", "data", "log"],
  pending: ["registry", "data", "pending"],
  bootstraps: ["registry", "data", "bootstraps"],
  imports: ["registry", "data", "imports"],
} as const;

/** What a page learns by itself while it is open: another operator may be at work. */
const BY_ITSELF = 30_000;

const NO_REGISTRY: OperatorSession = { operator: "", named: false, set_up: "code" };

/** The operator signed in here, or null. A session that nobody uses ends: the page is to notice soon. */
export const useOperator = () =>
  useQuery({
    queryKey: keys.session,
    queryFn: () =>
      registry.session().catch((error: unknown) => {
        if (!(error instanceof Problem) || error.status !== 401) throw error;
        return error.code === "set_up" ? NO_REGISTRY : null;
      }),
    refetchInterval: (query) => (query.state.data && !query.state.data.set_up ? 20_000 : false),
    refetchIntervalInBackground: true,
  });

export const useRegistryStatus = () =>
  useQuery({ queryKey: keys.status, queryFn: registry.status, refetchInterval: BY_ITSELF });
export const usePending = () =>
  useQuery({ queryKey: keys.pending, queryFn: registry.pending, refetchInterval: BY_ITSELF });
export const useApplications = (filter: ApplicationFilter) =>
  useQuery({
    queryKey: [...keys.applications, filter],
    queryFn: () => registry.applications(filter),
    placeholderData: keepPreviousData,
    refetchInterval: BY_ITSELF,
  });
export const useApplication = (id: string) =>
  useQuery({
    queryKey: [...keys.applications, id],
    queryFn: () => registry.application(id),
    refetchInterval: BY_ITSELF,
  });
export const useSpecialists = (q: string, offset: number) =>
  useQuery({
    queryKey: [...keys.specialists, q, offset],
    queryFn: () => registry.specialists(q, offset),
    placeholderData: keepPreviousData,
  });
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
export const useOperators = () =>
  useQuery({ queryKey: keys.operators, queryFn: registry.operators });
export const useOperatorLog = (filter: LogFilter) =>
  useQuery({
    queryKey: [...keys.log, filter],
    queryFn: () => registry.operatorLog(filter),
    placeholderData: keepPreviousData,
  });
export const useBootstraps = () =>
  useQuery({
    queryKey: keys.bootstraps,
    queryFn: registry.bootstraps,
    refetchInterval: BY_ITSELF,
  });
/** Often while one runs. */
export const useImports = () =>
  useQuery({
    queryKey: keys.imports,
    queryFn: registry.imports,
    refetchInterval: (query) =>
      query.state.data?.some((one) => one.state === "running") ? 1_000 : BY_ITSELF,
  });
