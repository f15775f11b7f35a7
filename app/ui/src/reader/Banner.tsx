import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Study } from "../backend/types";
import { DisplayNote } from "../governance/DisplayNote";
import { useFormat } from "../i18n/format";
import { href } from "../route";
import { Screens } from "./Screens";

/** Whose images these are; never out of sight while they are read. */
export function Banner({ study, caseId }: { study: Study; caseId: string | null }): ReactElement {
  const { t } = useTranslation("reader");
  const { t: common } = useTranslation();
  const format = useFormat();
  const { patient } = study;
  const sex = (["M", "F", "O"] as const).find((one) => one === patient.sex);
  return (
    <section className="banner" aria-label={t("patient.label")}>
      <a href={href(caseId ? { page: "case", id: caseId } : { page: "work" })}>
        ← {common("common.back")}
      </a>
      <h1>{format.patient(patient.name)}</h1>
      {patient.name.phonetic && patient.name.ideographic && (
        <span className="quiet">{patient.name.phonetic.split("^").filter(Boolean).join(" ")}</span>
      )}
      <span>{t("patient.id", { id: patient.id })}</span>
      {patient.birth_date && (
        <span>{t("patient.born", { date: format.date(patient.birth_date) })}</span>
      )}
      {sex && <span>{t(`patient.${sex}`)}</span>}
      <span>{t("patient.study", { date: format.date(study.study_date) })}</span>
      <span className="quiet">{study.description}</span>
      <DisplayNote modalities={study.modalities} />
      <span className="banner-quick" />
      <Screens />
      <a href={href({ page: "images", study: study.study_instance_uid, caseId })}>{t("quick")}</a>
    </section>
  );
}
