import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useKeeping } from "../backend/retention";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { CasesCard } from "./CasesCard";
import { DeletedCard } from "./DeletedCard";
import { StudiesCard } from "./StudiesCard";

/** Until when what is here is kept, what holds it, and what was deleted. */
export function RetentionPage(): ReactElement {
  const { t } = useTranslation("retention");
  const keeping = useKeeping();
  const [onlyDue, setOnlyDue] = useState(false);
  const kept = keeping.data;
  return (
    <div className="page">
      <a href={href({ page: "work" })}>← {t("common.workList", { ns: "translation" })}</a>
      <h1>{t("title")}</h1>
      <p className="quiet">{t("intro")}</p>
      {keeping.isError && (
        <ProblemNote error={keeping.error} onRetry={() => void keeping.refetch()} />
      )}
      {kept && (
        <>
          {!kept.may_delete && <p className="note">{t("noDuty")}</p>}
          {kept.two_persons && <p className="note">{t("twoPersons")}</p>}
          {kept.unreadable > 0 && (
            <p className="note note-problem">{t("unreadable", { count: kept.unreadable })}</p>
          )}
          <label className="check">
            <input
              type="checkbox"
              checked={onlyDue}
              onChange={(event) => setOnlyDue(event.target.checked)}
            />
            {t("onlyDue")}
          </label>
          <CasesCard kept={kept} onlyDue={onlyDue} />
          <StudiesCard kept={kept} onlyDue={onlyDue} />
          <DeletedCard deletions={kept.deletions} />
        </>
      )}
    </div>
  );
}
