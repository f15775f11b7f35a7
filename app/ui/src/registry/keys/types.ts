/** What the registry's API says of its own keys. Times are seconds since 1970. */

export interface Validity {
  not_before: number;
  not_after: number;
}

interface Certified {
  subject: string;
  fingerprint: string;
  validity: Validity;
}

export interface Root extends Certified {
  current: boolean;
  /** Where its key lies in the data directory, when it does. */
  key_here: string | null;
}

export interface Authority extends Certified {
  current: boolean;
  /** How many certificates of it are valid still. */
  certificates: number;
  signs_list: boolean;
}

export interface KeyStanding {
  /** The registry's. */
  name: string;
  /** The oldest first. */
  roots: Root[];
  authorities: Authority[];
  register_key: { key: string; fingerprint: string; validity: Validity };
  next_authority: number;
  /** The request that waits for its certificate, PEM. */
  request: string | null;
}

/** A certificate that is not in service yet. */
export type Preview = Certified;

/** What opens the root's key, for one act. */
export interface RootInHand {
  passphrase?: string;
  /** The sealed file, base64. */
  file?: string;
  shares?: string[];
}

export interface CarriedRoot {
  root: string;
  cross: string;
}

export interface CeremonyPlan {
  name: string;
  shares: number;
  threshold: number;
  passphrase: string;
}

/** A root that was made a moment ago, in the registry's memory only. */
export interface HeldRoot {
  name: string;
  fingerprint: string;
  network: string;
  shares: number;
  threshold: number;
  set: string;
  tried: boolean;
}
