import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";
import { useRegion } from "../parts/useRegion";

/** What was asked, why the examination was made, and what the patient agreed to. */
export function RequestFacts({ detail }: { detail: CaseDetail }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const region = useRegion();
  const { consent } = detail;
  return (
    <section className="card" aria-labelledby="request-title">
      <h2 id="request-title">{t("case.request")}</h2>
      <dl className="facts">
        <Fact
          name={t(
            detail.role === "requesting"
              ? "case.counterpartRequesting"
              : "case.counterpartConsulting",
          )}
          value={
            detail.with
              ? `${format.person(detail.with)} ${detail.with.institution ? `（${detail.with.institution}）` : ""}`
              : "—"
          }
        />
        <Fact name={t("studies.id")} value={detail.patient.id} />
        {detail.study_date && (
          <Fact name={t("case.studyDate")} value={format.fullDate(detail.study_date)} />
        )}
        <Fact name={t("case.requestedAt")} value={format.fullDateTime(detail.requested_at)} />
        <Fact name={t("case.region")} value={region(detail.region)} />
        <Fact name={t("case.question")} value={detail.question} />
        <Fact name={t("case.history")} value={detail.history || t("common.none")} />
        <Fact name={t("case.justification")} value={detail.justification} />
      </dl>
      <h3>{t("case.consent")}</h3>
      <dl className="facts">
        <Fact name={t("case.consentBy")} value={consent.explained_by} />
        <Fact name={t("case.consentAt")} value={format.fullDateTime(consent.explained_at)} />
        <Fact name={t("case.consentScope")} value={consent.scope} />
      </dl>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="prose">{value}</dd>
    </div>
  );
}
