import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useApplications, usePending } from "./queries";
import { menuPage, PAGES, placeHref, type Place } from "./route";

/** One row is enough: the counts are of all. */
const COUNTS = { q: "", kind: "", state: "received", offset: 0 } as const;

/** The console's pages, with how much waits in them. */
export function Menu({ place }: { place: Place }): ReactElement {
  const { t } = useTranslation("registry");
  const received = useApplications(COUNTS).data?.received ?? 0;
  const pending = usePending().data?.length ?? 0;
  const waiting: Partial<Record<(typeof PAGES)[number], number>> = {
    applications: received,
    pending,
  };
  const current = menuPage(place);
  return (
    <nav className="menu" aria-label={t("menu.label")}>
      {PAGES.map((page) => {
        const count = waiting[page] ?? 0;
        return (
          <a
            key={page}
            href={placeHref({ page })}
            aria-current={page === current ? "page" : undefined}
          >
            {t(`menu.${page}`)}
            {count > 0 && (
              <span className="count" data-waiting={page}>
                {count}
                <span className="unseen"> {t("menu.waiting")}</span>
              </span>
            )}
          </a>
        );
      })}
    </nav>
  );
}
