import { address, get, segment, send, sendFile } from "../backend/client";
import type {
  Application,
  ApplicationFilter,
  ApplicationPage,
  Approval,
  Collected,
  Received,
  SpecialistPage,
} from "./applications/types";
import type { BulkImport } from "./imports/types";
import type {
  Bootstrap,
  Credential,
  CredentialDetail,
  CredentialFilter,
  LogFilter,
  LogRow,
  NewOrder,
  Operators,
  OperatorSession,
  Page,
  Pending,
  Reason,
  RegistryStatus,
} from "./types";

export const PAGE_SIZE = 50;

/** Something was done now, or waits for a second operator. */
export interface Outcome {
  pending?: string;
  /** Of a certificate that was issued. */
  fingerprint?: string;
}

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

  applications: (filter: ApplicationFilter) =>
    get<ApplicationPage>(`/applications/search?${query({ ...filter, limit: PAGE_SIZE })}`),
  application: (id: string) => get<Application>(`/applications/${segment(id)}`),
  receive: (file: Blob) => sendFile<Received>("/applications", file, "application/octet-stream"),
  collect: (url: string) =>
    send<Collected[]>("POST", "/applications/collect", url === "" ? {} : { url }),
  approveApplication: (id: string, approval: Approval) =>
    send<Outcome>("POST", `/applications/${segment(id)}/approve`, approval),
  refuseApplication: (id: string, reason: string) =>
    send<unknown>("POST", `/applications/${segment(id)}/refuse`, { reason }),

  specialists: (q: string, offset: number) =>
    get<SpecialistPage>(`/specialists/search?${query({ q, offset, limit: PAGE_SIZE })}`),
  importSpecialists: (file: Blob) =>
    sendFile<{ imported: number }>("/specialists", file, "text/csv"),

  imports: () => get<BulkImport[]>("/imports"),
  storeImport: (file: Blob) => sendFile<Outcome>("/imports", file, "text/csv"),
  startImport: (sha256: string) => send<Outcome>("POST", `/imports/${segment(sha256)}/start`, {}),
  stopImport: (sha256: string) => send<unknown>("POST", `/imports/${segment(sha256)}/stop`, {}),

  credentials: (filter: CredentialFilter) =>
    get<Page<Credential>>(`/credentials/search?${query({ ...filter, limit: PAGE_SIZE })}`),
  credential: (fingerprint: string) =>
    get<CredentialDetail>(`/credentials/${segment(fingerprint)}`),
  issue: (order: NewOrder) => send<Outcome>("POST", "/credentials", order),
  renew: (fingerprint: string, days: number) => step(fingerprint, "renew", { days }),
  rekey: (fingerprint: string, request: string, days: number) =>
    step(fingerprint, "rekey", { request, days }),
  suspend: (fingerprint: string) => step(fingerprint, "suspend", {}),
  reinstate: (fingerprint: string) => step(fingerprint, "reinstate", {}),
  revoke: (fingerprint: string, reason: Reason) => step(fingerprint, "revoke", { reason }),

  operators: () => get<Operators>("/operators"),
  operatorLog: (filter: LogFilter) =>
    get<Page<LogRow>>(`/operator-log?${query({ ...filter, limit: PAGE_SIZE })}`),
  verifyLog: () => get<{ rows: number }>("/operator-log/verify"),
  pending: () => get<Pending[]>("/pending"),
  approve: (id: string) => send<Outcome>("POST", `/pending/${segment(id)}/approve`, {}),
  reject: (id: string) => send<unknown>("POST", `/pending/${segment(id)}/reject`, {}),
  bootstraps: () => get<Bootstrap[]>("/bootstraps"),
};

/** Addresses of files that the registry gives. */
export const files = {
  evidence: (id: string, index: number) =>
    address(`/applications/${segment(id)}/evidence/${index}`),
  chain: (fingerprint: string) => address(`/credentials/${segment(fingerprint)}/chain.pem`),
  importReport: (sha256: string) => address(`/imports/${segment(sha256)}/report`),
  root: address("/root.pem"),
  revocationList: address("/crl.pem"),
  checkpoint: address("/register/checkpoint"),
};

function step(fingerprint: string, name: string, body: object): Promise<Outcome> {
  return send("POST", `/credentials/${segment(fingerprint)}/${name}`, body);
}

function query(values: Record<string, string | number>): string {
  const given = Object.entries(values).filter(([, value]) => value !== "");
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}
