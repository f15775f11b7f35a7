import { useSyncExternalStore } from "react";

/** The console's pages, in the order of its menu. */
export const PAGES = [
  "overview",
  "applications",
  "pending",
  "credentials",
  "imports",
  "specialists",
  "register",
  "keys",
  "operators",
  "log",
] as const;
export type Place =
  | { page: (typeof PAGES)[number] }
  | { page: "credential"; fingerprint: string }
  | { page: "application"; id: string };

export function parsePlace(fragment: string): Place {
  const [page, id] = fragment.replace(/^#?\/?/, "").split("/");
  if (page === "credentials" && id) return { page: "credential", fingerprint: id };
  if (page === "applications" && id) return { page: "application", id };
  return { page: PAGES.find((known) => known === page) ?? "overview" };
}

export function placeHref(place: Place): string {
  switch (place.page) {
    case "credential":
      return `#/credentials/${place.fingerprint}`;
    case "application":
      return `#/applications/${place.id}`;
    default:
      return `#/${place.page}`;
  }
}

/** The page of the menu that a place belongs to. */
export function menuPage(place: Place): (typeof PAGES)[number] {
  if (place.page === "credential") return "credentials";
  return place.page === "application" ? "applications" : place.page;
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
