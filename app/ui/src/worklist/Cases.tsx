import { useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Counted } from "../backend/client";
import type { CaseSummary } from "../backend/types";
import { EVERYTHING, isNarrowed, useFirstCases } from "../backend/workList";
import { ProblemNote } from "../parts/ProblemNote";
import { CaseFilters } from "./CaseFilters";
import { CaseTable } from "./CaseTable";
import { useListKeys } from "./useListKeys";
import { useRows, useSettled } from "./useRows";
import { useWindow } from "./useWindow";

/** How long whoever types a word is waited for. */
const PAUSE_MS = 250;

const NONE: Counted<CaseSummary> = { rows: [], total: 0 };

/** All cases of whoever is signed in, in the order of the node, and what they are narrowed by. */
export function Cases(): ReactElement {
  const { t } = useTranslation();
  const [question, setQuestion] = useState(EVERYTHING);
  const asked = { ...question, text: useSettled(question.text, PAUSE_MS) };
  const cases = useFirstCases(asked);
  const first = cases.data ?? NONE;
  const total = first.total ?? first.rows.length;
  const frame = useRef<HTMLDivElement>(null);
  const shown = useWindow(frame, total, JSON.stringify(asked));
  const rows = useRows(
    asked,
    first,
    total,
    shown.items.map((item) => item.index),
  );
  return (
    <div className="case-list" onKeyDown={useListKeys(total, shown.go)}>
      <CaseFilters
        question={question}
        onChange={(change) => setQuestion((now) => ({ ...now, ...change }))}
      />
      {cases.isPending && <p className="quiet">{t("common.loading")}</p>}
      {cases.isError && <ProblemNote error={cases.error} onRetry={() => void cases.refetch()} />}
      {cases.data && total === 0 && (
        <p className="empty">{t(isNarrowed(asked) ? "workList.none" : "workList.empty")}</p>
      )}
      {rows.error && <ProblemNote error={rows.error} onRetry={rows.retry} />}
      {total > 0 && (
        <>
          <CaseTable frame={frame} total={total} shown={shown} at={rows.at} />
          <p className="quiet" role="status">
            {t("workList.total", { count: total })}
          </p>
        </>
      )}
    </div>
  );
}
