import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useCases } from "../backend/queries";
import type { CaseSummary } from "../backend/types";
import { DutyList } from "../duties/DutyList";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { AgreementsToSign } from "./AgreementsToSign";
import { CaseTable } from "./CaseTable";
import { StudyList } from "./StudyList";

export function WorkList(): ReactElement {
  const { t } = useTranslation();
  const cases = useCases();
  const [onlyOpen, setOnlyOpen] = useState(false);
  const rows = (cases.data ?? []).filter((row) => !onlyOpen || isOpen(row));
  return (
    <div className="page">
      <AgreementsToSign />
      <DutyList />
      <section aria-labelledby="cases-title">
        <div className="title-row">
          <h1 id="cases-title">{t("workList.title")}</h1>
          <div className="toggle" role="group">
            <button type="button" aria-pressed={!onlyOpen} onClick={() => setOnlyOpen(false)}>
              {t("workList.filterAll")}
            </button>
            <button type="button" aria-pressed={onlyOpen} onClick={() => setOnlyOpen(true)}>
              {t("workList.filterOpen")}
            </button>
          </div>
          <span className="spacer" />
          <a className="button" href={href({ page: "media", caseId: null })}>
            {t("title", { ns: "media" })}
          </a>
          <a className="button button-primary" href={href({ page: "request", study: null })}>
            {t("workList.newRequest")}
          </a>
        </div>
        {cases.isPending && <p className="quiet">{t("common.loading")}</p>}
        {cases.isError && <ProblemNote error={cases.error} onRetry={() => void cases.refetch()} />}
        {cases.data && rows.length === 0 && <p className="empty">{t("workList.empty")}</p>}
        {rows.length > 0 && <CaseTable cases={alarmedFirst(rows)} />}
      </section>
      <StudyList />
    </div>
  );
}

/** What cannot wait on top, then what is beyond its time, then what is unread; the node has sorted the rest. */
function alarmedFirst(rows: CaseSummary[]): CaseSummary[] {
  const marks = (row: CaseSummary) => [row.alarm, row.overdue > 0, row.unread, true];
  const rank = (row: CaseSummary) => marks(row).indexOf(true);
  return [...rows].sort((a, b) => rank(a) - rank(b));
}

function isOpen({ state, alarm }: CaseSummary): boolean {
  return alarm || (state !== "closed" && state !== "declined" && state !== "withdrawn");
}
