import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { EVENTS } from "./client";
import { staleAfter } from "./queries";
import type { NodeEvent } from "./types";

const POLL_MS = 5_000;
const KINDS = new Set<unknown>([
  "case",
  "alarm",
  "duty",
  "notice",
  "agreement",
  "job",
  "peer",
  "study",
  "live",
  "credential",
]);

/** Keeps the cache fresh while somebody is signed in: by events, else by asking again. */
export function useLiveUpdates(enabled: boolean): void {
  const client = useQueryClient();
  useEffect(() => (enabled ? follow(client) : undefined), [client, enabled]);
}

/** Starts following the node's events; the returned function stops it. */
export function follow(client: QueryClient): () => void {
  let source: EventSource | null = null;
  const poll = setInterval(() => {
    if (source?.readyState === EventSource.OPEN) return;
    void client.invalidateQueries();
    // A browser gives up for good after an HTTP error, so open anew then.
    if (source?.readyState === EventSource.CLOSED) source = listen(client);
  }, POLL_MS);
  source = listen(client);
  return () => {
    clearInterval(poll);
    source?.close();
  };
}

function listen(client: QueryClient): EventSource {
  const source = new EventSource(EVENTS);
  let lost = false;
  source.onmessage = (message: MessageEvent<unknown>) => {
    const event = parseEvent(message.data);
    if (!event) return;
    for (const queryKey of staleAfter(event)) void client.invalidateQueries({ queryKey });
  };
  // We fell behind and the node dropped events: ask for everything.
  source.addEventListener("lagged", () => void client.invalidateQueries());
  source.onerror = () => (lost = true);
  source.onopen = () => {
    // Events passed while the line was down are gone: ask for everything once.
    if (lost) void client.invalidateQueries();
    lost = false;
  };
  return source;
}

export function parseEvent(data: unknown): NodeEvent | null {
  if (typeof data !== "string") return null;
  try {
    const event: unknown = JSON.parse(data);
    return isNodeEvent(event) ? event : null;
  } catch {
    return null;
  }
}

function isNodeEvent(event: unknown): event is NodeEvent {
  return typeof event === "object" && event !== null && "type" in event && KINDS.has(event.type);
}
