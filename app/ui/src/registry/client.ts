import { get, segment, send } from "../backend/client";
import type {
  Credential,
  CredentialFilter,
  LogRow,
  OperatorSession,
  Page,
  Pending,
  Reason,
  RegistryStatus,
} from "./types";

export const PAGE_SIZE = 50;

/** All that the console asks of the registry; one function each. */
export const registry = {
  status: () => get<RegistryStatus>("/status"),
  session: () => get<OperatorSession>("/session"),
  signIn: (operator: string, passphrase: string) =>
    send<OperatorSession>(
      "POST",
      "/session",
      operator === "" ? { passphrase } : { operator, passphrase },
    ),
  signOut: () => send<null>("DELETE", "/session"),

  credentials: (filter: CredentialFilter) =>
    get<Page<Credential>>(`/credentials/search?${query({ ...filter, limit: PAGE_SIZE })}`),
  credential: (fingerprint: string) =>
    get<Credential & { certificate: unknown }>(`/credentials/${segment(fingerprint)}`),
  renew: (fingerprint: string, days: number) => step(fingerprint, "renew", { days }),
  suspend: (fingerprint: string) => step(fingerprint, "suspend", {}),
  reinstate: (fingerprint: string) => step(fingerprint, "reinstate", {}),
  revoke: (fingerprint: string, reason: Reason) => step(fingerprint, "revoke", { reason }),

  operatorLog: (offset: number) =>
    get<Page<LogRow>>(`/operator-log?${query({ offset, limit: PAGE_SIZE })}`),
  verifyLog: () => get<{ rows: number }>("/operator-log/verify"),
  pending: () => get<Pending[]>("/pending"),
  approve: (id: string) => send<unknown>("POST", `/pending/${segment(id)}/approve`, {}),
  reject: (id: string) => send<unknown>("POST", `/pending/${segment(id)}/reject`, {}),
};

function step(fingerprint: string, name: string, body: object): Promise<{ pending?: string }> {
  return send("POST", `/credentials/${segment(fingerprint)}/${name}`, body);
}

function query(values: Record<string, string | number>): string {
  const given = Object.entries(values).filter(([, value]) => value !== "");
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}
