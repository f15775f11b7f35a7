import {
  keepPreviousData,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { backend } from "./client";
import { Problem } from "./problem";
import { setup } from "./setup";
import type { DirectoryQuestion, NodeEvent } from "./types";

/** Every cached answer's name: what a mutation or a node's event says has changed. */
export const keys = {
  status: ["status"],
  setup: ["setup"],
  setupNode: ["setup", "node"],
  applications: ["applications"],
  register: ["register"],
  session: ["session"],
  /** When somebody signed out by hand: then nothing is kept behind a lock. */
  left: ["left"],
  security: ["security"],
  signInChoices: ["practitioners"],
  directory: ["directory"],
  profile: ["profile"],
  agreements: ["agreements"],
  studies: ["studies"],
  study: (uid: string) => ["studies", uid],
  cases: ["cases"],
  urgent: ["urgent"],
  duties: ["duties"],
  notices: ["notices"],
  freshNotices: ["notices", "new"],
  practice: ["studies", "practice"],
  passing: ["passing"],
  case: (id: string) => ["cases", id],
  previews: (id: string) => ["cases", id, "previews"],
  live: (id: string) => ["cases", id, "live"],
} as const;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // A refusal stays a refusal; only silence is worth a second try.
        retry: (count, error) => error instanceof Problem && error.status === 0 && count < 2,
      },
      mutations: { retry: false },
    },
  });
}

/** Asked again by itself: the register grows old without any event. */
export const useStatus = () =>
  useQuery({
    queryKey: keys.status,
    queryFn: backend.status,
    // Before there is a certificate nobody is told of changes, and the first register is waited for.
    refetchInterval: (query) => (query.state.data?.node_fingerprint === null ? 3_000 : 60_000),
  });
/** How far the setting up is; asked again until it is done, since what is issued is installed without being asked for. */
export const useSetup = () =>
  useQuery({
    queryKey: keys.setup,
    queryFn: setup.progress,
    refetchInterval: (query) => (query.state.data?.certified === false ? 3_000 : false),
  });
/** What an application starts from, or null when nobody has shown that she runs the node. */
export const useSetupNode = () =>
  useQuery({
    queryKey: keys.setupNode,
    queryFn: () => unlessClosed(setup.node()),
    refetchInterval: (query) => (query.state.data ? 20_000 : false),
  });
/** The applications of this node; asked again while something is undecided. */
export const useApplications = () =>
  useQuery({
    queryKey: [...keys.applications, "all"],
    queryFn: setup.applications,
    refetchInterval: (query) =>
      query.state.data?.some((one) => one.state !== "issued" && one.state !== "refused")
        ? 3_000
        : false,
  });
/** With the evidence that is kept; asked anew when the status tells of more. */
export const useRegister = (splitViews: number) =>
  useQuery({ queryKey: [...keys.register, splitViews], queryFn: backend.register });
export const useStudies = () => useQuery({ queryKey: keys.studies, queryFn: backend.studies });
export const useCases = () => useQuery({ queryKey: keys.cases, queryFn: backend.cases });
/** Whom one may ask; the last answer stays while the next is looked for. */
export const useDirectory = (question: Partial<DirectoryQuestion>) =>
  useQuery({
    queryKey: [...keys.directory, question],
    queryFn: () => backend.directory(question),
    placeholderData: keepPreviousData,
  });
export const usePerson = (fingerprint: string | null) =>
  useQuery({
    queryKey: [...keys.directory, "person", fingerprint],
    queryFn: () => backend.person(fingerprint ?? ""),
    enabled: fingerprint !== null,
  });
export const useOwnProfile = () =>
  useQuery({ queryKey: keys.profile, queryFn: backend.ownProfile, staleTime: Infinity });
export const useAgreements = () =>
  useQuery({ queryKey: keys.agreements, queryFn: backend.agreements });
export const useSignInChoices = () =>
  useQuery({ queryKey: keys.signInChoices, queryFn: backend.signInChoices });
export const useCase = (id: string) =>
  useQuery({ queryKey: keys.case(id), queryFn: () => backend.case(id) });
/** Asked again with every event of the case until they are here; they never change then. */
export const usePreviews = (id: string) =>
  useQuery({
    queryKey: keys.previews(id),
    queryFn: () => backend.previews(id),
    enabled: (query) => !query.state.data?.length,
  });
export const useStudy = (uid: string) =>
  useQuery({ queryKey: keys.study(uid), queryFn: () => backend.study(uid), staleTime: Infinity });

/** The practitioner signed in here, or null: being signed out is an answer, not a failure. */
export const useSession = () =>
  useQuery({
    queryKey: keys.session,
    queryFn: () => unlessClosed(backend.session()),
    // The node locks a session that nobody uses; the page is to notice soon, and asking is no use.
    refetchInterval: (query) => (query.state.data ? 20_000 : false),
    refetchIntervalInBackground: true,
  });

/** Null instead of the refusal of somebody who is not let in. */
function unlessClosed<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  });
}

/** When somebody last signed out by hand in this page; 0 before. */
export const useLeft = () =>
  useQuery({ queryKey: keys.left, queryFn: () => 0, staleTime: Infinity, gcTime: Infinity }).data ??
  0;

/** A change made through the node; afterwards the named answers are asked again. */
export function useChange<V>(
  change: (value: V) => Promise<unknown>,
  changed: readonly (readonly string[])[],
): UseMutationResult<unknown, Error, V> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () =>
      Promise.all(changed.map((queryKey) => client.invalidateQueries({ queryKey: [...queryKey] }))),
  });
}

/** What an event of the node makes stale. */
export function staleAfter(event: NodeEvent): readonly (readonly string[])[] {
  switch (event.type) {
    case "case":
    case "alarm":
    case "duty":
      return [keys.cases, keys.urgent, keys.duties, keys.passing];
    case "notice":
      return [keys.freshNotices];
    case "agreement":
      return [keys.agreements];
    case "credential":
      return [keys.applications, keys.setup, keys.signInChoices, keys.status];
    case "job":
      return [keys.cases, keys.studies];
    case "study":
      return [keys.studies];
    case "live":
      return [keys.live(event.id)];
    case "peer":
      return [keys.status, keys.directory];
  }
}
