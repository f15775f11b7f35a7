import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { TimelineEntry } from "../backend/types";
import { useFormat } from "../i18n/format";

export function Timeline({ entries }: { entries: TimelineEntry[] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className="card" aria-labelledby="timeline-title">
      <h2 id="timeline-title">{t("case.timeline")}</h2>
      <ol className="timeline">
        {entries.map((entry) => (
          <li key={entry.entry_id} className={entry.verified ? undefined : "broken"}>
            <span>{format.summary(entry)}</span>
            <span className="quiet">
              {entry.by ?? "—"} · {format.dateTime(entry.at)}
            </span>
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
