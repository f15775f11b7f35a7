import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { TimelineEntry } from "../backend/types";
import { Marked } from "../duties/Lost";
import { useFormat } from "../i18n/format";
import { StuckNote } from "../parts/StuckNote";

export function Timeline({ entries }: { entries: TimelineEntry[] }): ReactElement {
  const { t } = useTranslation(["translation", "delivery"]);
  const format = useFormat();
  return (
    <section className="card" aria-labelledby="timeline-title">
      <h2 id="timeline-title">{t("case.timeline")}</h2>
      <ol className="timeline">
        {entries.map((entry) => (
          <li key={entry.entry_id} className={entry.verified ? undefined : "broken"}>
            <span>{format.summary(entry)}</span>
            {entry.reason && (
              <span className="prose">{t("case.reason", { reason: entry.reason })}</span>
            )}
            <span className="quiet">
              {entry.by ?? "—"} · {format.dateTime(entry.at)}
            </span>
            {entry.delivery && (
              <span className={entry.delivery.state === "refused" ? "warning" : "quiet"}>
                {t(`delivery:state.${entry.delivery.state}`)}
                {entry.delivery.reason && " — "}
                <StuckNote stuck={entry.delivery} />
              </span>
            )}
            <Marked mark={entry.credential} />
            {entry.verified ? (
              <span className="quiet">✓ {t("case.verified")}</span>
            ) : (
              <strong>
                ✗ {t("case.unverified")} — {t("case.unverifiedHelp")}
              </strong>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
