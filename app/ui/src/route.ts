import { useSyncExternalStore } from "react";

/** The parts of the form with which somebody applies, in their order. */
export const APPLY_STEPS = ["clinic", "person", "papers", "review"] as const;
export type ApplyStep = (typeof APPLY_STEPS)[number];

/** Where the user is. It lives in the fragment, so identifiers of patients' studies reach no log. */
export type Route =
  | { page: "work" }
  | { page: "case"; id: string }
  | { page: "request"; study: string | null; reader?: string | null }
  | { page: "directory" }
  | { page: "profile" }
  | { page: "archives" }
  | { page: "audit" }
  | { page: "governance" }
  | { page: "retention" }
  | { page: "templates" }
  | { page: "display" }
  | { page: "media"; caseId: string | null }
  | { page: "export"; study: string }
  | { page: "security" }
  | { page: "notices" }
  | { page: "apply"; step: ApplyStep | null }
  | { page: "images"; study: string; caseId: string | null }
  | {
      page: "reader";
      study: string;
      caseId: string | null;
      /** Joins the live consult of the case. */
      live?: true;
    };

export function parseRoute(fragment: string): Route {
  const [path = "", search = ""] = fragment.replace(/^#?\/?/, "").split("?");
  const [page, id] = path.split("/").map(decodeSegment);
  const query = new URLSearchParams(search);
  if (page === "cases" && id) return { page: "case", id };
  if (page === "apply")
    return { page: "apply", step: APPLY_STEPS.find((step) => step === id) ?? null };
  if (page === "security") return { page: "security" };
  if (page === "notices") return { page: "notices" };
  if (page === "media") return { page: "media", caseId: query.get("case") };
  if (page === "export" && id) return { page, study: id };
  if (page === "directory") return { page: "directory" };
  if (page === "profile") return { page: "profile" };
  if (page === "archives") return { page: "archives" };
  if (page === "audit") return { page: "audit" };
  if (page === "governance") return { page: "governance" };
  if (page === "retention") return { page: "retention" };
  if (page === "templates") return { page: "templates" };
  if (page === "display") return { page: "display" };
  if (page === "request") {
    const reader = query.get("reader");
    return { page: "request", study: query.get("study"), ...(reader ? { reader } : {}) };
  }
  if (page === "images" && id) return { page, study: id, caseId: query.get("case") };
  if (page === "reader" && id) {
    const live = query.has("live") ? { live: true as const } : {};
    return { page, study: id, caseId: query.get("case"), ...live };
  }
  return { page: "work" };
}

export function href(route: Route): string {
  switch (route.page) {
    case "work":
      return "#/";
    case "case":
      return `#/cases/${encodeURIComponent(route.id)}`;
    case "request":
      return `#/request${search({ study: route.study, reader: route.reader ?? null })}`;
    case "directory":
    case "profile":
    case "archives":
    case "audit":
    case "governance":
    case "retention":
    case "templates":
    case "display":
    case "notices":
      return `#/${route.page}`;
    case "media":
      return `#/media${search({ case: route.caseId })}`;
    case "export":
      return `#/export/${encodeURIComponent(route.study)}`;
    case "apply":
      return route.step ? `#/apply/${route.step}` : "#/apply";
    case "security":
      return "#/security";
    case "images":
      return `#/images/${encodeURIComponent(route.study)}${search({ case: route.caseId })}`;
    case "reader": {
      const asked = search({ case: route.caseId, live: route.live ? "1" : null });
      return `#/reader/${encodeURIComponent(route.study)}${asked}`;
    }
  }
}

export function goTo(route: Route): void {
  location.hash = href(route);
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(onHashChange, () => location.hash));
}

function onHashChange(changed: () => void): () => void {
  addEventListener("hashchange", changed);
  return () => {
    removeEventListener("hashchange", changed);
  };
}

function search(values: Record<string, string | null>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) query.set(name, value);
  return query.size > 0 ? `?${query.toString()}` : "";
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}
