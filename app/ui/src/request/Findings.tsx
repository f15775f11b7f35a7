import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Finding } from "../backend/problem";

/** What must be looked at before a study is sent, and the word that it was. */
export function Findings({
  findings,
  looked,
  onLooked,
}: {
  findings: readonly Finding[];
  looked: boolean;
  onLooked: (looked: boolean) => void;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const japanese = i18n.language.startsWith("ja");
  return (
    <div className="note note-problem" role="alert">
      <p>{t("request.findings")}</p>
      <ul>
        {findings.map((one) => (
          <li key={`${one.code} ${one.detail}`}>{japanese ? one.detail_ja : one.detail}</li>
        ))}
      </ul>
      {findings.some((one) => one.final) ? (
        <p>{t("request.findingsFinal")}</p>
      ) : (
        <label className="check">
          <input
            type="checkbox"
            checked={looked}
            onChange={(event) => onLooked(event.target.checked)}
          />
          {t("request.findingsLooked")}
        </label>
      )}
    </div>
  );
}
