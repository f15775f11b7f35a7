import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Report } from "../backend/types";
import { useFormat } from "../i18n/format";
import { WordDiff } from "../report/WordDiff";

/** What sets a version apart: its standing, why it was made, what it says otherwise, and whether it was read and explained. */
export function VersionNote({ report }: { report: Report }): ReactElement {
  const { t } = useTranslation(["duties", "translation"]);
  const format = useFormat();
  return (
    <>
      {report.reason && (
        <p className="prose">{t("translation:case.reason", { reason: report.reason })}</p>
      )}
      {report.changed.length > 0 && (
        <details>
          <summary>{t("version.changed", { count: report.changed.length })}</summary>
          {report.changed.map((one) => (
            <div key={one.field} className="change">
              <strong>{t(`version.field.${one.field}`)}</strong>
              <WordDiff before={one.before} after={one.after} />
            </div>
          ))}
        </details>
      )}
      {report.read_at && (
        <p className="quiet">✓ {t("version.read", { at: format.dateTime(report.read_at) })}</p>
      )}
      {report.informed_at && (
        <p className="quiet">
          ✓ {t("version.informed", { at: format.dateTime(report.informed_at) })}
        </p>
      )}
    </>
  );
}
