import { useInfiniteQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { asked, audit, type AuditQuestion, type AuditRow } from "../backend/audit";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { Disclosed } from "./Disclosed";
import { ExportLink } from "./ExportLink";
import { Filters } from "./Filters";

const NOTHING: AuditQuestion = {
  since: "",
  until: "",
  actor: "",
  patient: "",
  event: "",
  failures: false,
};

/** What was done at this node, by whom, on whose data: looked through, and written out for others. */
export function AuditPage(): ReactElement {
  const { t } = useTranslation(["audit", "translation"]);
  const [question, setQuestion] = useState(NOTHING);
  const trail = useInfiniteQuery({
    queryKey: ["audit", asked(question)],
    queryFn: ({ pageParam }) => audit.rows(question, pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => {
      const oldest = last.rows.at(-1)?.seq;
      return oldest !== undefined && oldest > 1 ? oldest : undefined;
    },
    staleTime: 60_000,
  });
  const rows = trail.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <div className="page audit">
      <a href={href({ page: "work" })}>← {t("translation:common.workList")}</a>
      <h1>{t("title")}</h1>
      <p className="quiet">{t("explain")}</p>
      <Filters asked={question} onAsk={setQuestion} />
      <div className="buttons">
        {(["csv", "fhir", "atna"] as const).map((format) => (
          <ExportLink key={format} format={format} query={asked(question)} />
        ))}
      </div>
      {trail.isPending && <p className="quiet">{t("translation:common.loading")}</p>}
      {trail.error && <ProblemNote error={trail.error} onRetry={() => void trail.refetch()} />}
      {trail.isSuccess && rows.length === 0 && <p className="empty">{t("nothing")}</p>}
      {rows.length > 0 && <Rows rows={rows} />}
      {trail.hasNextPage && rows.length > 0 && (
        <button
          type="button"
          className="button"
          disabled={trail.isFetchingNextPage}
          onClick={() => void trail.fetchNextPage()}
        >
          {t("older")}
        </button>
      )}
      <Disclosed />
    </div>
  );
}

function Rows({ rows }: { rows: AuditRow[] }): ReactElement {
  const { t, i18n } = useTranslation("audit");
  const format = useFormat();
  return (
    <table className="trail">
      <thead>
        <tr>
          <th scope="col">{t("at")}</th>
          <th scope="col">{t("who")}</th>
          <th scope="col">{t("what")}</th>
          <th scope="col">{t("whose")}</th>
          <th scope="col">{t("outcome")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.seq} className={row.indicator === 0 ? undefined : "failed"}>
            <td>{format.dateTime(row.at)}</td>
            <td>{row.actor.name ?? row.actor.id}</td>
            <td>
              {row.case === undefined ? (
                words(row, i18n.language)
              ) : (
                <a href={href({ page: "case", id: row.case })}>{words(row, i18n.language)}</a>
              )}
            </td>
            <td>{row.patient ? `${row.patient.name} ${row.patient.id}` : "—"}</td>
            <td>{row.indicator === 0 ? t("good") : row.outcome}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function words(row: AuditRow, language: string): string {
  return language === "en" ? row.what_en : row.what_ja;
}
