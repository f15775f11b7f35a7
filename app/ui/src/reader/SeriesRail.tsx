import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { seriesThumbnail } from "../backend/dicomweb";
import type { Series, Study } from "../backend/types";
import { imagesOf } from "../viewer/sequence";

const SIZE = 160;

/** The series as small pictures; choosing one hangs it into the pane that is worked in. */
export function SeriesRail({
  label,
  study,
  list,
  shown,
  onChoose,
}: {
  label: string;
  study: Study;
  list: Series[];
  /** The series of the pane that is worked in. */
  shown: string | null;
  onChoose: (series: string) => void;
}): ReactElement {
  const { t } = useTranslation("reader");
  const { t: common } = useTranslation();
  return (
    <nav aria-label={label}>
      <ul>
        {list.map((series) => {
          const uid = series.series_instance_uid;
          const count = imagesOf(study, series).length;
          const description = series.description || t("noDescription");
          return (
            <li key={uid}>
              <button type="button" aria-pressed={uid === shown} onClick={() => onChoose(uid)}>
                <img
                  src={seriesThumbnail(study.study_instance_uid, uid, SIZE)}
                  alt=""
                  loading="lazy"
                  draggable={false}
                />
                <span className="rail-words">
                  <span className="modality">{series.modality}</span>
                  <span className="rail-count">{common("studies.images", { count })}</span>
                  <span className="rail-name">{description}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
