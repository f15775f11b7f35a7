import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { get, segment, send } from "./client";
import type {
  AmendmentKind,
  Category,
  Channel,
  Duty,
  ForwardKind,
  ListedUrgent,
  Resolution,
} from "./dutyTypes";
import { keys } from "./queries";
import type { Consent } from "./types";
import type { Confirmation } from "./together";

export interface NewUrgent {
  category: Category;
  finding: string;
  advice: string;
  contact: string;
}

export interface NewIncidental {
  finding: string;
  advice: string;
  /** RFC 3339. */
  due: string;
}

export interface Amending extends Confirmation {
  kind: AmendmentKind;
  reason: string;
  findings: string;
  impression: string;
  recommendations: string;
}

export interface NewForward {
  kind: ForwardKind;
  with: string;
  question: string;
  /** Of the requester only; a reader proposes. */
  consent?: Consent;
}

/** The acts in one case, one function each. */
export const acts = {
  ask: (id: string, question: string) => act(id, "queries", { question }),
  answer: (id: string, query: string, answer: string) =>
    act(id, `queries/${segment(query)}/answer`, { answer }),
  amend: (id: string, amending: Amending) => act(id, "amend", amending),
  successors: (id: string, readers: string[], consent: Consent | null) =>
    send<unknown>("PUT", `/cases/${segment(id)}/successors`, { readers, consent }),
  markRead: (id: string, report: string) => act(id, "read", { report }),
  inform: (id: string, told: { by: string; note: string; about?: string }) =>
    act(id, "informed", told),
  tellUrgent: (id: string, urgent: NewUrgent) => act(id, "urgent", urgent),
  acknowledge: (
    id: string,
    finding: string,
    note: { by: string; channel: Channel; note: string },
  ) => act(id, `urgent/${segment(finding)}/acknowledge`, note),
  tellIncidental: (id: string, incidental: NewIncidental) => act(id, "incidental", incidental),
  resolve: (id: string, finding: string, outcome: { resolution: Resolution; note: string }) =>
    act(id, `incidental/${segment(finding)}/resolve`, outcome),
  forward: (id: string, wanted: NewForward) => act(id, "forward", wanted),
  consent: (id: string, forward: string, consent: Consent) =>
    act(id, `forwards/${segment(forward)}/consent`, consent),
  endForward: (id: string, forward: string, reason: string) =>
    act(id, `forwards/${segment(forward)}/end`, { reason }),
  release: (id: string, entry: string) => act(id, `readers/${segment(entry)}/release`, {}),
  askErase: (id: string, reason: string) => act(id, "erase-requests", { reason }),
  answerErase: (
    id: string,
    request: string,
    answer: { deletion: number } | { keep: { ground: string; reason: string } },
  ) => act(id, `erase-requests/${segment(request)}/answer`, answer),
  withdraw: (id: string, reason: string) => act(id, "withdraw", { reason }),
};

function act(id: string, path: string, body: object): Promise<unknown> {
  return send<unknown>("POST", `/cases/${segment(id)}/${path}`, body);
}

/** Of all cases, those that nobody has acknowledged first; asked again by itself, since an event may be lost. */
export const useUrgent = (enabled: boolean) =>
  useQuery({
    queryKey: keys.urgent,
    queryFn: () => get<ListedUrgent[]>("/urgent"),
    refetchInterval: 60_000,
    enabled,
  });

/** Mine, and those that I wait for beyond their time; time passes without any event. */
export const useDuties = () =>
  useQuery({
    queryKey: keys.duties,
    queryFn: () => get<Duty[]>("/duties"),
    refetchInterval: 60_000,
  });

/** Signs something in a case; afterwards everything that tells of it is asked again. */
export function useAct(act: () => Promise<unknown>): UseMutationResult<unknown, Error, void> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () =>
      Promise.all(
        [keys.cases, keys.urgent, keys.duties].map((queryKey) =>
          client.invalidateQueries({ queryKey: [...queryKey] }),
        ),
      ),
  });
}
