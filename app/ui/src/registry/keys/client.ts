import { address, get, send } from "../../backend/client";
import type {
  CarriedRoot,
  CeremonyPlan,
  HeldRoot,
  KeyStanding,
  Preview,
  RootInHand,
} from "./types";

/** What the console asks of the registry's own keys; one function each. */
export const keyring = {
  standing: () => get<KeyStanding>("/keys"),
  /** Where the request that waits is saved from. */
  requestFile: address("/keys/authority/next-issuing.csr"),
  request: () => send<unknown>("POST", "/keys/authority/request", {}),
  checkAuthority: (certificate: string) =>
    send<Preview>("POST", "/keys/authority/check", { certificate }),
  takeAuthority: (next: { certificate: string } | { root: RootInHand }) =>
    send<unknown>("POST", "/keys/authority", next),
  checkRoot: (carried: CarriedRoot) => send<Preview>("POST", "/keys/root/check", carried),
  takeRoot: (next: { carried: CarriedRoot } | { ceremony: RootInHand }) =>
    send<unknown>("POST", "/keys/root", next),
  changeRegisterKey: (root: RootInHand, compromised: boolean) =>
    send<unknown>("POST", "/keys/register", { root, compromised }),
};

/** The ceremony that makes a root. */
export const ceremony = {
  show: () => get<HeldRoot>("/ceremony"),
  begin: (plan: CeremonyPlan) => send<HeldRoot>("POST", "/ceremony", plan),
  tryShare: (share: string) => send<HeldRoot>("POST", "/ceremony/share", { share }),
  end: () => send<null>("DELETE", "/ceremony"),
  page: (number: number) => address(`/ceremony/pages/${number}`),
  key: address("/ceremony/root.key"),
  certificate: address("/ceremony/root.pem"),
};

/** A file's content in base64. */
export async function base64(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}
