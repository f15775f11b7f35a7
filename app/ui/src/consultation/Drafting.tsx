import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useStudy } from "../backend/queries";
import { KEY_IMAGE_TITLES, type KeyImageTitle } from "../backend/illustrationTypes";
import type { CaseDetail } from "../backend/types";
import { TEETH } from "../report/teeth";
import { draft, useDrafted, type Drafted } from "./drafted";
import { KeyPicture, MeasurementLine } from "./Illustrated";

/** What was taken in the reader: words are put to it here, or it is left out again. */
export function Drafting({ detail }: { detail: CaseDetail }): ReactElement {
  const { t } = useTranslation("reader");
  const study = useStudy(detail.study_instance_uid);
  const { keyImages, measurements } = useDrafted(detail.case_id);
  const change = (how: (old: Drafted) => Partial<Drafted>) => draft(detail.case_id, how);
  const keyImage = (at: number, part: Partial<Drafted["keyImages"][number]>) =>
    change((old) => ({
      keyImages: old.keyImages.map((one, place) => (place === at ? { ...one, ...part } : one)),
    }));
  const measurement = (id: string, part: Partial<Drafted["measurements"][number]>) =>
    change((old) => ({
      measurements: old.measurements.map((one) => (one.id === id ? { ...one, ...part } : one)),
    }));
  return (
    <fieldset className="drafting">
      <legend>{t("report.title")}</legend>
      {keyImages.length === 0 && measurements.length === 0 && (
        <p className="quiet">{t("report.none")}</p>
      )}
      <ul className="key-images">
        {keyImages.map((one, at) => (
          <li key={`${one.image.sop_instance_uid}-${one.image.frame}`}>
            <KeyPicture study={study.data} one={one} />
            <label>
              {t("report.purpose")}
              <select
                value={one.title}
                onChange={(event) => keyImage(at, { title: event.target.value as KeyImageTitle })}
              >
                {KEY_IMAGE_TITLES.map((title) => (
                  <option key={title} value={title}>
                    {t(`report.titles.${title}`)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {t("report.words")}
              <input
                value={one.words}
                maxLength={1000}
                onChange={(event) => keyImage(at, { words: event.target.value })}
              />
            </label>
            <button
              type="button"
              className="button button-quiet"
              onClick={() =>
                change((old) => ({ keyImages: old.keyImages.filter((_, place) => place !== at) }))
              }
            >
              {t("report.leaveOut")}
            </button>
          </li>
        ))}
      </ul>
      <ol className="measurements">
        {measurements.map((one) => (
          <li key={one.id}>
            <MeasurementLine study={study.data} one={{ ...one, tooth: null }} />
            <label>
              {t("report.tooth")}
              <select
                value={one.tooth ?? ""}
                onChange={(event) =>
                  measurement(one.id, {
                    tooth: event.target.value ? Number(event.target.value) : null,
                  })
                }
              >
                <option value="">—</option>
                {TEETH.map((tooth) => (
                  <option key={tooth} value={tooth}>
                    {tooth}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {t("report.words")}
              <input
                value={one.words}
                maxLength={1000}
                onChange={(event) => measurement(one.id, { words: event.target.value })}
              />
            </label>
            <button
              type="button"
              className="button button-quiet"
              onClick={() =>
                change((old) => ({
                  measurements: old.measurements.filter((other) => other.id !== one.id),
                }))
              }
            >
              {t("report.leaveOut")}
            </button>
          </li>
        ))}
      </ol>
    </fieldset>
  );
}
