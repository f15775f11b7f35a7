import { send } from "../../backend/client";

/** A folder that the root's computer made. */
export interface CarriedFolder {
  /** PEM. */
  root: string;
  /** PEM. */
  issuing: string;
  /** The sealed key, base64. */
  key: string;
  passphrase: string;
}

export interface SetUpChoice {
  origin: "ceremony" | { carried: CarriedFolder };
  /** Seals the keys of daily work. */
  passphrase: string;
  operator: string;
  operator_passphrase: string;
}

/** The registry that was made. */
export interface MadeRegistry {
  network: string;
  fingerprint: string;
  operator: string;
}

export const setUp = {
  enter: (code: string) => send<unknown>("POST", "/session", { passphrase: code }),
  finish: (choice: SetUpChoice) => send<MadeRegistry>("POST", "/set-up", choice),
};
