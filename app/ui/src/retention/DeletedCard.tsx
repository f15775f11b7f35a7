import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { certificateFile, REASONS, type Deletion } from "../backend/retention";
import { useFormat } from "../i18n/format";

/** What was deleted, by whom and why, with the certificates to save. */
export function DeletedCard({ deletions }: { deletions: readonly Deletion[] }): ReactElement {
  const { t } = useTranslation("retention");
  return (
    <section className="card" aria-labelledby="deleted-title">
      <h2 id="deleted-title">{t("deletedTitle")}</h2>
      {deletions.length === 0 ? (
        <p className="quiet">{t("noDeletions")}</p>
      ) : (
        <table className="trail">
          <thead>
            <tr>
              <th scope="col">{t("number")}</th>
              <th scope="col">{t("when")}</th>
              <th scope="col">{t("by")}</th>
              <th scope="col">{t("what")}</th>
              <th scope="col">{t("why2")}</th>
              <th scope="col">{t("certificate")}</th>
            </tr>
          </thead>
          <tbody>
            {deletions.map((one) => (
              <Row key={one.number} one={one} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ one }: { one: Deletion }): ReactElement {
  const { t } = useTranslation("retention");
  const format = useFormat();
  const reason = REASONS.find((known) => known === one.reason);
  const signers = [one.ordered_by.name, ...(one.second ? [one.second.name] : [])];
  return (
    <tr>
      <td>{one.number}</td>
      <td>{format.dateTime(one.ordered_at)}</td>
      <td>{signers.join(" · ")}</td>
      <td>
        {one.case_id === null
          ? t("kindStudy", { id: one.study_sha256?.slice(0, 12) ?? "" })
          : t("kindCase", { id: one.case_id.slice(0, 12) })}
      </td>
      <td>
        {reason && t(`reason.${reason}`)}
        {one.early && ` (${t("early")})`}
        <br />
        {one.why}
      </td>
      <td>
        {one.state === "certified" ? (
          <a href={certificateFile(one.number)} download>
            {t("download")}
          </a>
        ) : (
          t("pending")
        )}
      </td>
    </tr>
  );
}
