/** Bulk imports as the registry's loopback API gives them. Times are seconds since 1970. */

export interface ImportSums {
  rows: number;
  issued: number;
  already: number;
  duplicates: number;
  bad: number;
}

/** A bulk import; named by the hash of its rows. */
export interface BulkImport {
  sha256: string;
  stored_at: number;
  state: "ready" | "waiting" | "running" | "done" | "failed";
  /** What waits for a second operator. */
  pending?: string;
  /** `done` and `length` are bytes of the file. */
  progress?: { done: number; length: number; sums: ImportSums };
  ended?: { at: number; sums: ImportSums } | { at: number; code: string; detail: string };
}
