import { address, get, segment, send } from "./client";
import { readProblem, unreachable } from "./problem";
import type {
  ApplicationForm,
  ApplicationView,
  JobView,
  KeptDraft,
  Root,
  SetupNode,
  SetupProgress,
  Verdict,
} from "./setupTypes";
import type { SignInChoice } from "./types";

/** All that the app asks of the node before anybody can sign in: setting up, and applying for credentials. */
export const setup = {
  progress: () => get<SetupProgress>("/setup"),
  node: () => get<SetupNode>("/setup/node"),
  openAsOwner: (passphrase: string) => send<null>("POST", "/setup/owner", { passphrase }),
  closeAsOwner: () => send<null>("DELETE", "/setup/owner"),
  lookAtRoot: (root: string) => send<Root>("POST", "/setup/root/look", { root }),
  trustRoot: (root: string, fingerprint: string) =>
    send<SetupNode>("POST", "/setup/root", { root, fingerprint }),
  judgePassphrase: (of: { id: string; name_ja: string; name_latin: string; passphrase: string }) =>
    send<Verdict>("POST", "/setup/passphrase", of),

  /** Who has keys on this node already. */
  known: () => get<SignInChoice[]>("/practitioners"),
  draft: () => get<KeptDraft>("/applications/draft"),
  keepDraft: (part: { fields?: unknown; evidence?: unknown; sent?: boolean }) =>
    send<null>("PUT", "/applications/draft", part),
  dropDraft: () => send<null>("DELETE", "/applications/draft"),

  applications: () => get<ApplicationView[]>("/applications"),
  apply: (form: ApplicationForm) => send<ApplicationView>("POST", "/applications", form),
  withdraw: (id: string) => send<null>("DELETE", `/applications/${segment(id)}`),
  countersign: (id: string, content: string) =>
    send<ApplicationView>("PUT", `/applications/${segment(id)}/countersignature`, { content }),
  deposit: (id: string) =>
    send<{ job: string }>("POST", `/applications/${segment(id)}/deposit`, {}),
  /** Asks at once for what the registry decided; how many bootstrap hosts could be asked. */
  look: () =>
    send<{ hosts: number; applications: ApplicationView[] }>("POST", "/applications/look", {}),
  answer: (content: string) => send<ApplicationView>("POST", "/applications/answer", { content }),
  job: (id: string) => get<JobView>(`/jobs/${segment(id)}`),
};

/** Address of what an HPKI card signs. */
export function statementFile(id: string): string {
  return address(`/applications/${segment(id)}/statement`);
}

/** The application, sealed to the registry; by its key when it is not to be taken from the register. */
export async function sealedApplication(id: string, registryKey: string | null): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(address(`/applications/${segment(id)}/sealed`), {
      method: "POST",
      headers: { "X-Dokuei": "1", "Content-Type": "application/json" },
      body: JSON.stringify({ registry_key: registryKey }),
      credentials: "same-origin",
    });
  } catch {
    throw unreachable();
  }
  if (!response.ok) throw await readProblem(response);
  return response.blob();
}
