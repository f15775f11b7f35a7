import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { SendToArchive } from "../archives/SendToArchive";
import { useIsPractice } from "../backend/practice";
import { useStudies } from "../backend/queries";
import type { StudySummary } from "../backend/types";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";
import { ReaderLink } from "../parts/ReaderLink";
import { Words } from "../parts/Words";
import { href } from "../route";

export function StudyList(): ReactElement {
  const { t } = useTranslation();
  const studies = useStudies();
  return (
    <section aria-labelledby="studies-title">
      <h2 id="studies-title">{t("studies.title")}</h2>
      {studies.isPending && <p className="quiet">{t("common.loading")}</p>}
      {studies.isError && (
        <ProblemNote error={studies.error} onRetry={() => void studies.refetch()} />
      )}
      {studies.data?.length === 0 && (
        <p className="empty">
          <Words>{t("studies.empty")}</Words>
        </p>
      )}
      <ul className="studies">
        {studies.data?.map((study) => (
          <StudyCard key={study.study_instance_uid} study={study} />
        ))}
      </ul>
    </section>
  );
}

/** Whether the text was read by a character set that the file does not name, or not all of it. */
function isGuessed(note: string): boolean {
  return note.startsWith("read_as_") || note === "unknown_term" || note === "replaced";
}

function StudyCard({ study }: { study: StudySummary }): ReactElement {
  const { t } = useTranslation(["translation", "export", "practice"]);
  const format = useFormat();
  const uid = study.study_instance_uid;
  const practice = useIsPractice(uid);
  return (
    <li className="card study" data-study={uid}>
      <h3>
        {practice && <span className="badge practice-badge">{t("practice:mark")}</span>}{" "}
        {format.patient(study.patient.name)}
      </h3>
      <p>
        <span className="modality">{study.modalities.join("/")}</span>{" "}
        {study.description || t("studies.untitled")}
      </p>
      <p className="quiet">
        {t("studies.id")} {study.patient.id} · {format.date(study.study_date)} ·{" "}
        {t("studies.images", { count: study.instances })} · {format.bytes(study.bytes)} ·{" "}
        {t(`studies.${study.origin}`)}
      </p>
      {study.damaged > 0 && (
        <p className="note" role="alert">
          <Words>{t(`studies.damaged_${study.origin}`, { count: study.damaged })}</Words>
        </p>
      )}
      {study.notes.some(isGuessed) && (
        <p className="note">
          <Words>{t("studies.guessed")}</Words>
        </p>
      )}
      <div className="buttons">
        <ReaderLink className="button" study={uid} caseId={study.case_id} />
        <a className="button" href={href({ page: "images", study: uid, caseId: study.case_id })}>
          {t("studies.view")}
        </a>
        {study.origin === "imported" && (
          <a className="button" href={href({ page: "request", study: uid })}>
            {t("studies.request")}
          </a>
        )}
        <a
          className="button button-quiet"
          href={href({ page: "export", study: uid })}
          aria-label={t("export:buttonOf", { patient: format.patient(study.patient.name) })}
        >
          {t("export:button")}
        </a>
      </div>
      {!practice && <SendToArchive study={uid} patient={format.patient(study.patient.name)} />}
    </li>
  );
}
