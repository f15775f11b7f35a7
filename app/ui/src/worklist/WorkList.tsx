import { useCallback, useEffect, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { CaseSummary } from "../backend/types";
import { useWorkList, type CaseQuestion } from "../backend/workList";
import { DutyList } from "../duties/DutyList";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { AgreementsToSign } from "./AgreementsToSign";
import { CaseFilters } from "./CaseFilters";
import { CaseTable } from "./CaseTable";
import { More } from "./More";
import { StudyList } from "./StudyList";
import { useListKeys } from "./useListKeys";

const ALL: CaseQuestion = { text: "", role: "", onlyOpen: false, onlyUnread: false };
/** How long whoever types a word is waited for. */
const PAUSE_MS = 250;

export function WorkList(): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="page">
      <AgreementsToSign />
      <DutyList />
      <section aria-labelledby="cases-title" onKeyDown={useListKeys()}>
        <div className="title-row">
          <h1 id="cases-title">{t("workList.title")}</h1>
          <span className="spacer" />
          <a className="button" href={href({ page: "media", caseId: null })}>
            {t("title", { ns: "media" })}
          </a>
          <a className="button button-primary" href={href({ page: "request", study: null })}>
            {t("workList.newRequest")}
          </a>
        </div>
        <Cases />
      </section>
      <StudyList />
    </div>
  );
}

function Cases(): ReactElement {
  const { t } = useTranslation();
  const [question, setQuestion] = useState(ALL);
  const text = useSettled(question.text);
  const cases = useWorkList({ ...question, text });
  const { fetchNextPage } = cases;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const rows = (cases.data?.pages ?? []).flatMap((page) => alarmedFirst(page.rows));
  const total = cases.data?.pages.at(-1)?.total ?? null;
  const narrowed = text !== "" || question.role !== "" || question.onlyOpen || question.onlyUnread;
  return (
    <>
      <CaseFilters
        question={question}
        onChange={(change) => setQuestion((now) => ({ ...now, ...change }))}
      />
      {cases.isPending && <p className="quiet">{t("common.loading")}</p>}
      {cases.isError && <ProblemNote error={cases.error} onRetry={() => void cases.refetch()} />}
      {cases.data && rows.length === 0 && (
        <p className="empty">{t(narrowed ? "workList.none" : "workList.empty")}</p>
      )}
      {rows.length > 0 && <CaseTable cases={rows} />}
      {total !== null && total > 0 && (
        <p className="quiet" role="status">
          {t("workList.shown", { shown: rows.length, total })}
        </p>
      )}
      {cases.hasNextPage && !cases.isError && (
        <More busy={cases.isFetchingNextPage} onMore={more} />
      )}
    </>
  );
}

/** The last value that stayed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** On each page what cannot wait on top, then what is beyond its time, then what is unread; the node has sorted the rest. */
function alarmedFirst(rows: CaseSummary[]): CaseSummary[] {
  const marks = (row: CaseSummary) => [row.alarm, row.overdue > 0, row.unread, true];
  const rank = (row: CaseSummary) => marks(row).indexOf(true);
  return [...rows].sort((a, b) => rank(a) - rank(b));
}
