import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { noticeActs } from "../backend/notices";
import type { NoticeView } from "../backend/noticeTypes";
import { keys } from "../backend/queries";
import { goTo } from "../route";

/** More than this at once is one notice with a number. */
const MOST = 3;

/** Whether this browser or window can show notices on the desktop at all, and whether it was allowed to. */
export function desktopState(): "granted" | "denied" | "default" | "unsupported" {
  return typeof Notification === "undefined" ? "unsupported" : Notification.permission;
}

/**
 * Shows what is new on the desktop, and tells the node that it was shown. Shown first, so that nothing is lost when the window
 * is closed in between; a second window that shows it too replaces it, by its tag.
 */
export function useDesktopNotices(enabled: boolean, many: (count: number) => string): void {
  const fresh = useQuery({
    queryKey: keys.freshNotices,
    queryFn: noticeActs.fresh,
    enabled: enabled && desktopState() === "granted",
  });
  const notices = fresh.data;
  const known = useRef(new Set<number>());
  useEffect(() => {
    if (!enabled || !notices || notices.length === 0) return;
    const unknown = notices.filter((one) => !known.current.has(one.id));
    showAll(unknown, many);
    for (const one of unknown) known.current.add(one.id);
    // Not heard by the node: the next answer has them still, and they are told of again, not shown again.
    void noticeActs.shown(notices.map((one) => one.id)).catch(() => undefined);
  }, [enabled, notices, many]);
}

function showAll(notices: NoticeView[], many: (count: number) => string): void {
  const urgent = notices.filter((one) => one.urgent);
  const others = notices.filter((one) => !one.urgent);
  for (const one of urgent) showOne(one);
  if (others.length > MOST) new Notification("Dokuei", { body: many(others.length), tag: "many" });
  else for (const one of others) showOne(one);
}

function showOne(one: NoticeView): void {
  if (one.text === null) return;
  const shown = new Notification("Dokuei", {
    body: one.text,
    tag: String(one.id),
    requireInteraction: one.urgent,
  });
  shown.onclick = () => {
    window.focus();
    if (one.case_id !== null) goTo({ page: "case", id: one.case_id });
    shown.close();
  };
}
