import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { FoundStudies as Found, FoundStudy } from "../backend/archives";
import { useFormat } from "../i18n/format";

/** What the archive has of what was looked for. */
export function FoundStudies({
  found,
  busy,
  onFetch,
  onUse,
}: {
  found: Found;
  busy: boolean;
  onFetch: (study: string) => void;
  onUse: (study: string) => void;
}): ReactElement {
  const { t } = useTranslation("archives");
  if (found.studies.length === 0)
    return (
      <p className="empty" role="status">
        {t("from.nothing")}
      </p>
    );
  return (
    <>
      <div className="table-scroll" role="region" aria-label={t("from.found")} tabIndex={0}>
        <table className="cases">
          <thead>
            <tr>
              <th scope="col">{t("from.patient")}</th>
              <th scope="col">{t("from.date")}</th>
              <th scope="col">{t("from.study")}</th>
              <th scope="col">{t("from.images")}</th>
              <th scope="col">{t("from.fetch")}</th>
            </tr>
          </thead>
          <tbody>
            {found.studies.map((study) => (
              <FoundRow
                key={study.study_instance_uid}
                study={study}
                busy={busy}
                onFetch={onFetch}
                onUse={onUse}
              />
            ))}
          </tbody>
        </table>
      </div>
      {found.more && <p role="status">{t("from.more")}</p>}
    </>
  );
}

function FoundRow({
  study,
  busy,
  onFetch,
  onUse,
}: {
  study: FoundStudy;
  busy: boolean;
  onFetch: (study: string) => void;
  onUse: (study: string) => void;
}): ReactElement {
  const { t } = useTranslation("archives");
  const format = useFormat();
  const patient = format.patient(study.patient.name);
  const date = format.date(study.study_date);
  const whole = study.here > 0 && study.instances !== null && study.here >= study.instances;
  return (
    <tr data-found={study.study_instance_uid}>
      <td>
        {patient}
        <div className="quiet">
          {study.patient.id} {study.patient.birth_date && format.date(study.patient.birth_date)}{" "}
          {study.patient.sex}
        </div>
      </td>
      <td>{date}</td>
      <td>
        {study.modalities.join("/")} {study.description}
      </td>
      <td>
        {study.instances ?? t("from.unknown")}
        {study.here > 0 && <div className="quiet">{t("from.here", { count: study.here })}</div>}
      </td>
      <td>
        {whole ? (
          <button type="button" className="button" onClick={() => onUse(study.study_instance_uid)}>
            {t("from.use")}
          </button>
        ) : (
          <button
            type="button"
            className="button"
            aria-label={t("from.fetchOf", { patient, date })}
            disabled={busy}
            onClick={() => onFetch(study.study_instance_uid)}
          >
            {t("from.fetch")}
          </button>
        )}
      </td>
    </tr>
  );
}
