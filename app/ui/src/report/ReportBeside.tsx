import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useCase } from "../backend/queries";
import { actionsFor } from "../consultation/actions";
import { ReportForm } from "../consultation/ReportForm";

/** The report beside the images, for whoever has one to write. */
export function ReportBeside({ caseId }: { caseId: string }): ReactElement | null {
  const { t } = useTranslation("report");
  const { data } = useCase(caseId);
  const [open, setOpen] = useState(false);
  if (!data || !actionsFor(data).includes("report")) return null;
  if (!open)
    return (
      <button type="button" className="beside-closed" onClick={() => setOpen(true)}>
        {t("beside.show")}
      </button>
    );
  return (
    <aside className="beside" aria-label={t("beside.title")}>
      <div className="title-row">
        <h2>{t("beside.title")}</h2>
        <span className="spacer" />
        <button type="button" className="button button-quiet" onClick={() => setOpen(false)}>
          {t("beside.hide")}
        </button>
      </div>
      <ReportForm detail={data} onCancel={() => setOpen(false)} />
    </aside>
  );
}
