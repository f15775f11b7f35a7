import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Exported } from "../backend/exports";

/** What was written and where; and everything about it that whoever gets it should know. */
export function ExportResult({ result }: { result: Exported }): ReactElement {
  const { t } = useTranslation("export");
  const places = result.images ?? [result.path];
  return (
    <div className="note note-ok" role="status">
      <p>{t("done", { count: result.files })}</p>
      <ul>
        {places.map((place) => (
          <li key={place} className="address">
            {place}
          </li>
        ))}
      </ul>
      {result.discs > 1 && <p>{t("discs", { count: result.discs })}</p>}
      {result.profiles.length > 0 && (
        <p>{t("profiles", { profiles: result.profiles.join("・") })}</p>
      )}
      {result.compressed > 0 && <p>{t("compressed", { count: result.compressed })}</p>}
      {result.completed > 0 && <p>{t("completed", { count: result.completed })}</p>}
      {result.unconverted > 0 && <p>{t("unconverted", { count: result.unconverted })}</p>}
      {result.unlisted.length > 0 && (
        <>
          <p>{t("unlisted", { count: result.unlisted.length })}</p>
          <ul>
            {result.unlisted.map((one) => (
              <li key={one.file}>
                <span className="address">{one.file}</span> <span lang="en">{one.why}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
