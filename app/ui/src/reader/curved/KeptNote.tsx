import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useDrafted } from "../../consultation/drafted";
import { DraftNote } from "../../report/DraftNote";
import { useKeeping } from "../../report/kept";
import { useKeeper, type Keeper } from "./keeping";

/** Where what is planned is kept, and the way of it into the report. */
export function KeptNote(): ReactElement {
  const { t } = useTranslation("curved");
  const keeper = useKeeper();
  if (!keeper) return <p className="caution">{t("planning.session")}</p>;
  return <InDraft keeper={keeper} />;
}

function InDraft({ keeper: { caseId, insert } }: { keeper: Keeper }): ReactElement {
  const { t } = useTranslation("curved");
  const keeping = useKeeping(caseId);
  const { findings, planned } = useDrafted(caseId);
  // What was kept and not answered for would be put in the place of what is written now.
  const answered = keeping.state === "kept" || keeping.state === "failed";
  return (
    <>
      <DraftNote caseId={caseId} keeping={keeping} />
      <p className="quiet">{t("planning.kept")}</p>
      <button type="button" disabled={!answered} title={t("planning.insertHelp")} onClick={insert}>
        {t("planning.insert")}
      </button>
      <p className="quiet" role="status">
        {planned !== "" && findings.includes(planned) && t("planning.inserted")}
      </p>
    </>
  );
}
