import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Keeping, KeptStudy } from "../backend/retention";
import { useFormat } from "../i18n/format";
import { DeleteDialog } from "./DeleteDialog";
import { Until } from "./Until";
import { WhoseBriefly } from "./Whose";

/** The studies, with the last day on which their images must be kept and what stands against a deletion. */
export function StudiesCard({ kept, onlyDue }: { kept: Keeping; onlyDue: boolean }): ReactElement {
  const { t } = useTranslation("retention");
  const format = useFormat();
  const [chosen, setChosen] = useState<KeptStudy | null>(null);
  const shown = kept.studies.filter((one) => !onlyDue || one.due);
  return (
    <section className="card" aria-labelledby="studies-title">
      <h2 id="studies-title">{t("studiesTitle")}</h2>
      {kept.studies_total > kept.studies.length && (
        <p>{t("shownOf", { total: kept.studies_total, shown: kept.studies.length })}</p>
      )}
      {shown.length === 0 ? (
        <p className="quiet">{t("noStudies")}</p>
      ) : (
        <table className="trail">
          <thead>
            <tr>
              <th scope="col">{t("study")}</th>
              <th scope="col">{t("added")}</th>
              <th scope="col">{t("images")}</th>
              <th scope="col">{t("state")}</th>
              <th scope="col">{t("act")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.study_instance_uid}>
                <td>
                  <WhoseBriefly subject={{ study_instance_uid: one.study_instance_uid }} />
                  <code>{one.study_instance_uid}</code>
                </td>
                <td>{format.date(one.added)}</td>
                <td>
                  <Until until={one.images} over={one.due} />
                </td>
                <td>{one.held ? t("held") : one.open ? t("inUse") : ""}</td>
                <td>
                  {kept.may_delete && !one.held && !one.open && (
                    <button
                      type="button"
                      className="button button-danger"
                      onClick={() => setChosen(one)}
                    >
                      {t("delete")}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {chosen && (
        <DeleteDialog
          subject={{ study_instance_uid: chosen.study_instance_uid }}
          text={t("deleteStudy")}
          until={chosen.images.day}
          kept={kept}
          onClose={() => setChosen(null)}
        />
      )}
    </section>
  );
}
