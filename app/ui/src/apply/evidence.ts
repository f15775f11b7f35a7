import type { EvidenceKind } from "../backend/setupTypes";

/** An attachment as it is kept and sent. */
export interface Piece {
  kind: EvidenceKind;
  name: string;
  mediaType: MediaType;
  /** Bytes. */
  size: number;
  /** Base64. */
  content: string;
}

export type MediaType = "image/png" | "image/jpeg" | "application/pdf";
export type EvidenceFault = "kind" | "large" | "many" | "unreadable";

export const EVIDENCE_KINDS: readonly EvidenceKind[] = [
  "licence",
  "qualification",
  "identity",
  "institution",
  "other",
];

/** The registry takes no more with one application. */
export const MAX_EVIDENCE = 2 * 1024 * 1024;
export const MAX_PIECES = 16;
/** A photograph above this is made smaller: a licence is read as well at 2,000 pixels. */
const LARGE_PHOTO = 500 * 1024;
const LONG_SIDE = 2000;
/** What a browser is asked to draw, at most. */
const MAX_FILE = 64 * 1024 * 1024;
const LONGEST_NAME = 128;

/** What the first bytes say, whatever the file is called. */
export function mediaTypeOf(bytes: Uint8Array): MediaType | null {
  const begins = (...start: number[]) => start.every((byte, index) => bytes[index] === byte);
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  if (begins(0xff, 0xd8, 0xff)) return "image/jpeg";
  if (begins(0x25, 0x50, 0x44, 0x46, 0x2d)) return "application/pdf";
  return null;
}

/** What is left of the space, bytes. */
export function roomLeft(pieces: readonly Piece[]): number {
  return MAX_EVIDENCE - pieces.reduce((sum, piece) => sum + piece.size, 0);
}

/** Reads a file as an attachment; a large photograph is made smaller. */
export async function readPiece(
  file: File,
  kind: EvidenceKind,
  beside: readonly Piece[],
): Promise<Piece | EvidenceFault> {
  if (beside.length >= MAX_PIECES) return "many";
  if (file.size > MAX_FILE) return "large";
  const head = new Uint8Array(await bytesOf(file.slice(0, 8)));
  const found = mediaTypeOf(head);
  if (!found) return "kind";
  let blob: Blob = file;
  let mediaType = found;
  if (found !== "application/pdf" && file.size > LARGE_PHOTO) {
    const smaller = await shrink(file);
    if (!smaller) return "unreadable";
    if (smaller.size < file.size) {
      blob = smaller;
      mediaType = "image/jpeg";
    }
  }
  if (blob.size > roomLeft(beside)) return "large";
  const content = await base64Of(blob);
  return { kind, name: plainName(file.name), mediaType, size: blob.size, content };
}

/** The picture as JPEG of at most 2,000 pixels; null when the browser cannot draw it. */
async function shrink(file: Blob): Promise<Blob | null> {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  } catch {
    return null;
  }
}

/** A file's name as the registry takes it: no path, nothing invisible, not too long. */
export function plainName(name: string): string {
  const plain = name
    .normalize("NFC")
    .replace(/[/\\\p{C}]/gu, "_")
    .trim();
  const letters = Array.from(plain);
  const end = /\.[A-Za-z]{1,4}$/.exec(plain)?.[0] ?? "";
  if (letters.length <= LONGEST_NAME) return plain || "file";
  return letters.slice(0, LONGEST_NAME - end.length).join("") + end;
}

/** The text of a file, of which no more than this is read. */
export async function textOf(file: Blob, most: number): Promise<string> {
  return new TextDecoder().decode(await bytesOf(file.slice(0, most)));
}

/** The bytes of a file in Base64. */
export async function base64Of(blob: Blob): Promise<string> {
  return base64(new Uint8Array(await bytesOf(blob)));
}

function bytesOf(blob: Blob): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error("the file cannot be read"));
    reader.onload = () =>
      resolve(reader.result instanceof ArrayBuffer ? reader.result : new ArrayBuffer(0));
    reader.readAsArrayBuffer(blob);
  });
}

export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

/** The bytes again, to be shown. */
export function blobOf(piece: Piece): Blob {
  const binary = atob(piece.content);
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: piece.mediaType });
}
