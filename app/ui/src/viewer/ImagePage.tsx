import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useStudy } from "../backend/queries";
import type { Study } from "../backend/types";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";
import { GoneNote, isGone } from "../retention/GoneNote";
import { href } from "../route";
import { ImageView } from "./ImageView";
import { imagesOf, seriesWithImages } from "./sequence";

export function ImagePage({
  study: uid,
  caseId,
}: {
  study: string;
  caseId: string | null;
}): ReactElement {
  const { t } = useTranslation();
  const study = useStudy(uid);
  return (
    <div className="viewer">
      <div className="viewer-bar">
        <a href={href(caseId ? { page: "case", id: caseId } : { page: "work" })}>
          ← {t("common.back")}
        </a>
        {study.data && <StudyTitle study={study.data} />}
      </div>
      {study.isPending && <p className="quiet">{t("common.loading")}</p>}
      {study.isError &&
        (isGone(study.error) ? (
          <GoneNote problem={study.error} />
        ) : (
          <ProblemNote error={study.error} onRetry={() => void study.refetch()} />
        ))}
      {study.data && <SeriesChoice study={study.data} />}
    </div>
  );
}

function StudyTitle({ study }: { study: Study }): ReactElement {
  const format = useFormat();
  return (
    <h1>
      {format.patient(study.patient.name)}{" "}
      <span className="quiet">
        {study.patient.id} · {format.date(study.study_date)} · {study.description}
      </span>
    </h1>
  );
}

function SeriesChoice({ study }: { study: Study }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const list = seriesWithImages(study);
  const [chosen, setChosen] = useState(0);
  const series = list[chosen];
  if (!series) return <p className="empty">{t("viewer.empty")}</p>;
  return (
    <div className="viewer-body">
      <nav aria-label={t("viewer.series")}>
        <ul className="series">
          {list.map((one, index) => (
            <li key={one.series_instance_uid}>
              <button
                type="button"
                aria-pressed={index === chosen}
                onClick={() => setChosen(index)}
              >
                <span className="modality">{one.modality}</span> {one.description}
                <span className="quiet">
                  {t("studies.images", { count: imagesOf(study, one).length })}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <ImageView
        key={series.series_instance_uid}
        patient={format.patient(study.patient.name)}
        modality={series.modality}
        images={imagesOf(study, series)}
      />
    </div>
  );
}
