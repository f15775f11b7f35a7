import { base64 } from "./client";
import type { RootInHand } from "./types";

/** What is typed to open the root's key. */
export interface HandDraft {
  by: "shares" | "file" | "here";
  shares: string;
  file: File | null;
  passphrase: string;
}

/** The key where it lies, else its shares. */
export function emptyHand(keyHere: boolean): HandDraft {
  return { by: keyHere ? "here" : "shares", shares: "", file: null, passphrase: "" };
}

export function isReady(draft: HandDraft): boolean {
  if (draft.by === "shares") return draft.shares.trim() !== "";
  return draft.passphrase !== "" && (draft.by === "here" || draft.file !== null);
}

/** As the registry takes it; shares stand between blank lines. */
export async function handOf(draft: HandDraft): Promise<RootInHand> {
  const { by, passphrase, file } = draft;
  if (by === "shares") return { shares: sharesOf(draft.shares) };
  return by === "file" && file ? { passphrase, file: await base64(file) } : { passphrase };
}

export function sharesOf(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((share) => share.trim())
    .filter((share) => share !== "");
}
