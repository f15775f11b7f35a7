import { address } from "./client";
import { readProblem, unreachable } from "./problem";

/** How much of a file has come, and of how much; null when nobody says. */
export interface Got {
  bytes: number;
  of: number | null;
}

/** Fetches a file that the node makes, telling how far it is. */
export async function fetchFile(path: string, onGot: (got: Got) => void): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(address(path), { credentials: "same-origin" });
  } catch {
    throw unreachable();
  }
  if (!response.ok) throw await readProblem(response);
  const length = Number(response.headers.get("content-length"));
  const of = length > 0 ? length : null;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    parts.push(next.value);
    bytes += next.value.length;
    onGot({ bytes, of });
  }
  return new Blob(parts, { type: response.headers.get("content-type") ?? "" });
}
