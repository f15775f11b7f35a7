import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useStudy } from "../backend/queries";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { ExportForm } from "./ExportForm";

/** A study leaves the encrypted store as plain DICOM files or as a medium for other programs (R1, R23). */
export function ExportPage({ study }: { study: string }): ReactElement {
  const { t } = useTranslation(["export", "translation"]);
  const format = useFormat();
  const found = useStudy(study);
  return (
    <div className="page page-narrow">
      <a href={href({ page: "work" })}>← {t("translation:common.workList")}</a>
      <h1>{t("title")}</h1>
      {found.isPending && <p className="quiet">{t("translation:common.loading")}</p>}
      {found.isError && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (
        <>
          <p>
            <strong>{format.patient(found.data.patient.name)}</strong>
            {" · "}
            {t("translation:studies.id")} {found.data.patient.id} ·{" "}
            {format.date(found.data.study_date)} ·{" "}
            {t("translation:studies.images", { count: found.data.instances })} ·{" "}
            {format.bytes(found.data.bytes)}
          </p>
          <p className="note">{t("intro")}</p>
          <ExportForm study={study} />
        </>
      )}
    </div>
  );
}
