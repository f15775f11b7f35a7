import { isAway } from "./activity";
import type { FactorAnswer } from "./factor";
import { readProblem, unreachable } from "./problem";
import { actKey, patiently } from "./repeat";
import type {
  About,
  Agreement,
  CaseDetail,
  CaseSummary,
  Closing,
  DirectoryEntry,
  DirectoryQuestion,
  Enrolment,
  NewCase,
  NodeStatus,
  OwnProfile,
  Practitioner,
  Preview,
  RecoveryKit,
  Register,
  Security,
  SignInChoice,
  Study,
  StudySummary,
} from "./types";
import type { AgreementWishes, ReportDraft } from "./reportTypes";
import type { Confirmation } from "./together";

const API = "/api/v1";

/** All that the UI asks of the node. Paths and bodies are the API's, one function each. */
export const backend = {
  status: () => get<NodeStatus>("/status"),
  register: () => get<Register>("/register"),

  signInChoices: () => get<SignInChoice[]>("/practitioners"),
  session: () => get<Practitioner>("/session"),
  signIn: (id: string, passphrase: string, factor: FactorAnswer | null) =>
    send<{ practitioner: Practitioner; expires_at: string }>(
      "POST",
      "/session",
      factor === null ? { id, passphrase } : { id, passphrase, second_factor: factor },
    ),
  signOut: () => send<null>("DELETE", "/session"),
  lock: () => send<null>("POST", "/session/lock", {}),

  security: () => get<Security>("/security"),
  changePassphrase: (passphrase: string, fresh: string, factor: FactorAnswer | null) =>
    send<null>("POST", "/security/passphrase", {
      passphrase,
      new_passphrase: fresh,
      second_factor: factor,
    }),
  enrolSecondFactor: (passphrase: string) =>
    send<Enrolment>("POST", "/security/second-factor", { kind: "totp", passphrase }),
  confirmSecondFactor: (answer: string) =>
    send<{ recovery_codes: string[] }>("POST", "/security/second-factor/confirm", { answer }),
  removeSecondFactor: (passphrase: string, factor: FactorAnswer | null) =>
    send<null>("POST", "/security/second-factor/remove", { passphrase, second_factor: factor }),
  makeRecoveryKit: (passphrase: string, factor: FactorAnswer | null) =>
    send<RecoveryKit>("POST", "/security/recovery-kit", { passphrase, second_factor: factor }),

  directory: (question: Partial<DirectoryQuestion>) =>
    get<DirectoryEntry[]>(`/directory${search(question)}`),
  person: (fingerprint: string) => get<DirectoryEntry>(`/directory/${segment(fingerprint)}`),
  ownProfile: () => get<OwnProfile>("/me/profile"),
  /** `photo` left out: it stays; null: it goes; else base64 of the file. */
  setProfile: (profile: { about: About; photo?: string | null }) =>
    send<OwnProfile>("PUT", "/me/profile", profile),
  agreements: () => get<Agreement[]>("/agreements"),
  proposeAgreement: (wishes: AgreementWishes) => send<unknown>("POST", "/agreements", wishes),
  acceptAgreement: (id: string) => send<unknown>("POST", `/agreements/${segment(id)}/accept`, {}),

  studies: () => get<StudySummary[]>("/studies"),
  study: (uid: string) => get<Study>(`/studies/${segment(uid)}`),

  cases: () => get<CaseSummary[]>("/cases"),
  case: (id: string) => get<CaseDetail>(`/cases/${segment(id)}`),
  previews: (id: string) => get<Preview[]>(`/cases/${segment(id)}/previews`),
  request: (request: NewCase) => send<{ case_id: string; job: string }>("POST", "/cases", request),
  accept: (id: string) => act(id, "accept", {}),
  decline: (id: string, reason: string) => act(id, "decline", { reason }),
  report: (id: string, report: ReportDraft & Confirmation) =>
    act(id, "report", { status: "final", ...report }),
  markRead: (id: string) => act(id, "read", {}),
  cancelTransfer: (id: string, reason: string) => act(id, "cancel-transfer", { reason }),
  sendAgain: (id: string) => act(id, "send-again", {}),
  close: (id: string, closing: Closing) => act(id, "close", closing),
};

/** Address of the file with which others verify that the registry showed two registers. */
export function evidenceFile(id: string): string {
  return `${API}/register/evidence/${segment(id)}`;
}

/** Address of a file the node makes of a case: the report for people, or for the PACS. */
export function reportFile(caseId: string, kind: "pdf" | "dcm"): string {
  return `${API}/cases/${segment(caseId)}/report.${kind}`;
}

/** Address of an agreement as a paper, and of the form on which a patient consents. */
export function agreementFile(id: string): string {
  return `${API}/agreements/${segment(id)}/agreement.pdf`;
}
export const CONSENT_FORM = `${API}/consent-form.pdf`;

/** Address of a preview: to look at, not to diagnose from. */
export function previewFile(caseId: string, index: number): string {
  return `${API}/cases/${segment(caseId)}/previews/${index}`;
}

export const EVENTS = `${API}/events`;

function act(id: string, action: string, body: object): Promise<unknown> {
  return send<unknown>("POST", `/cases/${segment(id)}/${action}`, body);
}

export function segment(value: string): string {
  return encodeURIComponent(value);
}

function search(question: Partial<DirectoryQuestion>): string {
  const given = Object.entries(question).filter(([, value]) => value.trim() !== "");
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : "";
}

export function get<T>(path: string): Promise<T> {
  return call<T>(path, { method: "GET" });
}

/** A page of a long list. */
export interface Counted<T> {
  rows: T[];
  /** How many there are on all pages; null when the node does not say. */
  total: number | null;
}

export async function getPage<T>(path: string): Promise<Counted<T>> {
  const response = await ask(path, { method: "GET" });
  const total = response.headers.get("x-total-count");
  return { rows: await bodyOf<T[]>(response), total: total === null ? null : Number(total) };
}

export function send<T>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body?: object,
): Promise<T> {
  // A form of another site cannot set this header, so the node asks for it beside the cookie.
  const headers: Record<string, string> = { "X-Dokuei": "1" };
  const key = method === "POST" ? actKey(path) : null;
  if (key !== null) headers["Idempotency-Key"] = key;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const once = () => call<T>(path, { method, headers, ...content });
  return key === null ? once() : patiently(once);
}

/** Sends a file as it is. */
export function sendFile<T>(path: string, file: Blob, mediaType: string): Promise<T> {
  const headers = { "X-Dokuei": "1", "Content-Type": mediaType };
  return call<T>(path, { method: "POST", headers, body: file });
}

/** Where something that a page shows or saves by its address lies. */
export function address(path: string): string {
  return API + path;
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  return bodyOf<T>(await ask(path, init));
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  const headers = new Headers(init.headers);
  if (isAway()) headers.set("X-Dokuei-Background", "1");
  try {
    response = await fetch(API + path, { ...init, headers, credentials: "same-origin" });
  } catch {
    throw unreachable();
  }
  if (!response.ok) throw await readProblem(response);
  return response;
}

async function bodyOf<T>(response: Response): Promise<T> {
  const body = await response.text();
  // The node and this file are released together; the contract is checked by its tests.
  return (body === "" ? null : JSON.parse(body)) as T;
}
