import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { paperFile, tableFile, type GovernanceRecord } from "../backend/governance";
import { useFormat } from "../i18n/format";

/** How many of the newest are shown; the table has them all. */
const SHOWN = 20;

/** What was signed last, and everything as a file. */
export function RecordsCard({ records }: { records: GovernanceRecord[] }): ReactElement {
  const { t } = useTranslation("governance");
  const format = useFormat();
  return (
    <section className="card" aria-labelledby="records-title">
      <h2 id="records-title">{t("records.title")}</h2>
      <p>
        <a href={tableFile("records")} download>
          {t("records.all")}
        </a>{" "}
        ·{" "}
        <a href={tableFile("inspections")} download>
          {t("records.inspections")}
        </a>
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("records.at")}</th>
            <th scope="col">{t("records.what")}</th>
            <th scope="col">{t("records.by")}</th>
            <th scope="col">{t("records.paper")}</th>
          </tr>
        </thead>
        <tbody>
          {records.slice(0, SHOWN).map((one) => (
            <tr key={one.id}>
              <td>{format.dateTime(one.at)}</td>
              <td>{t(`record.${one.statement.record}`)}</td>
              <td>{one.name}</td>
              <td>
                <a href={paperFile(one.id)} target="_blank" rel="noreferrer">
                  {t("pdf")}
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
