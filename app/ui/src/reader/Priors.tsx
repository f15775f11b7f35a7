import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useStudies } from "../backend/queries";
import type { Study } from "../backend/types";
import { useFormat } from "../i18n/format";
import { priorsOf } from "./pure/priors";

/** Other studies of the patient, to be hung beside this one. */
export function Priors({
  study,
  chosen,
  onChoose,
}: {
  study: Study;
  chosen: string | null;
  /** Null: none any more. */
  onChoose: (uid: string | null) => void;
}): ReactElement | null {
  const { t } = useTranslation("reader");
  const format = useFormat();
  const priors = priorsOf(study, useStudies().data ?? []);
  if (priors.length === 0) return null;
  return (
    <label className="priors">
      {t("priors.label")}
      <select
        value={chosen ?? ""}
        onChange={(event) => onChoose(event.target.value === "" ? null : event.target.value)}
      >
        <option value="">{t("priors.none")}</option>
        {priors.map((one) => (
          <option key={one.study_instance_uid} value={one.study_instance_uid}>
            {format.date(one.study_date)} {one.modalities.join("/")} {one.description}
          </option>
        ))}
      </select>
    </label>
  );
}
