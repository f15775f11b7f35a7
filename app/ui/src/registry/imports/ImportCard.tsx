import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { files, registry } from "../client";
import { placeHref } from "../route";
import { useAct } from "../useAct";
import { useMoment } from "../useMoment";
import type { BulkImport, ImportSums } from "./types";

export function ImportCard({ one }: { one: BulkImport }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  const start = useAct(() => registry.startImport(one.sha256));
  const stop = useAct(() => registry.stopImport(one.sha256));
  const { ended, progress } = one;
  return (
    <article className="card stack" data-import={one.sha256} data-state={one.state}>
      <div className="title-row">
        <span className={`badge import-${one.state}`}>{t(`imports.state.${one.state}`)}</span>
        <span className="quiet">{t("imports.stored", { at: moment.at(one.stored_at) })}</span>
        {ended && <span className="quiet">{t("imports.ended", { at: moment.at(ended.at) })}</span>}
      </div>
      {progress && (
        <>
          <progress aria-label={t("imports.label")} max={progress.length} value={progress.done} />
          <Sums sums={progress.sums} />
        </>
      )}
      {ended && "sums" in ended && <Sums sums={ended.sums} />}
      {ended && "code" in ended && (
        <p className="note note-problem" lang="en">
          {ended.detail}
        </p>
      )}
      <p className="quiet">
        {t("imports.sha256")} <span className="code">{one.sha256}</span>
      </p>
      {start.isError && <ProblemNote error={start.error} />}
      {stop.isError && <ProblemNote error={stop.error} />}
      <div className="buttons">
        {(one.state === "ready" || one.state === "failed") && (
          <button
            type="button"
            className="button button-primary"
            disabled={start.isPending}
            onClick={() => start.mutate(undefined)}
          >
            {t("imports.go")}
          </button>
        )}
        {one.state === "running" && (
          <button
            type="button"
            className="button"
            disabled={stop.isPending}
            onClick={() => stop.mutate(undefined)}
          >
            {t("imports.stop")}
          </button>
        )}
        {one.state === "waiting" && (
          <a className="button" href={placeHref({ page: "pending" })}>
            {t("imports.toPending")}
          </a>
        )}
        {ended && (
          <a className="button" href={files.importReport(one.sha256)} download="report.csv">
            {t("imports.report")}
          </a>
        )}
      </div>
    </article>
  );
}

function Sums({ sums }: { sums: ImportSums }): ReactElement {
  const { t } = useTranslation("registry");
  return <p>{t("imports.progress", { ...sums })}</p>;
}
