import { useSyncExternalStore } from "react";

/** The console's pages, in the order of its menu. */
export const PAGES = ["overview", "credentials", "pending", "log"] as const;
export type Place = { page: (typeof PAGES)[number] } | { page: "credential"; fingerprint: string };

export function parsePlace(fragment: string): Place {
  const [page, id] = fragment.replace(/^#?\/?/, "").split("/");
  if (page === "credentials" && id) return { page: "credential", fingerprint: id };
  return { page: PAGES.find((known) => known === page) ?? "overview" };
}

export function placeHref(place: Place): string {
  return place.page === "credential" ? `#/credentials/${place.fingerprint}` : `#/${place.page}`;
}

export function usePlace(): Place {
  return parsePlace(useSyncExternalStore(onHashChange, () => location.hash));
}

function onHashChange(changed: () => void): () => void {
  addEventListener("hashchange", changed);
  return () => {
    removeEventListener("hashchange", changed);
  };
}
