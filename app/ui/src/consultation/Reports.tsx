import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { reportFile } from "../backend/client";
import type { CaseDetail, Report } from "../backend/types";
import { Marked } from "../duties/Lost";
import { VersionNote } from "../duties/VersionNote";
import { useFormat } from "../i18n/format";
import { VerifiedBadge } from "../parts/Badges";
import { TeethTold } from "../report/ToothFindings";
import { Illustrated } from "./Illustrated";

/** Every version of the report, newest first. */
export function Reports({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation(["translation", "report"]);
  const verified = new Map(detail.timeline.map((entry) => [entry.entry_id, entry.verified]));
  const newestFirst = [...detail.reports].sort((a, b) => b.version - a.version);
  if (newestFirst.length === 0) return null;
  return (
    <section className="card report-card" aria-labelledby="report-title">
      <h2 id="report-title">{t("case.report")}</h2>
      {newestFirst.map((report) => (
        <ReportView
          key={report.entry_id}
          report={report}
          study={detail.study_instance_uid}
          // A report whose entry the node does not vouch for is never shown as verified.
          verified={verified.get(report.entry_id) ?? false}
        />
      ))}
      <div className="buttons">
        <a className="button" href={reportFile(detail.case_id, "pdf")} download="report.pdf">
          {t("case.pdf")}
        </a>
        <a className="button" href={reportFile(detail.case_id, "dcm")} download="report.dcm">
          {t("case.sr")}
        </a>
        <button type="button" className="button" onClick={() => print()}>
          {t("report:print")}
        </button>
      </div>
    </section>
  );
}

/** On what a report rests: which images were read, by which guideline, under which terms. */
function Basis({ report }: { report: Report }): ReactElement {
  const { t } = useTranslation("report");
  const { instances, series } = report.images;
  return (
    <details className="quiet">
      <summary>{t("basis.title")}</summary>
      <p>{t("basis.images", { instances, series: series.length })}</p>
      <p>{t("basis.guideline", { guideline: report.guideline })}</p>
      <p className="prose">{t("basis.terms", { terms: report.terms })}</p>
    </details>
  );
}

function ReportView({
  report,
  study,
  verified,
}: {
  report: Report;
  study: string;
  verified: boolean;
}): ReactElement {
  const { t } = useTranslation(["translation", "report"]);
  const format = useFormat();
  return (
    <article data-report={report.entry_id} data-verified={verified}>
      <p className="chips">
        <span className="quiet">{t("case.version", { version: report.version })}</span>
        <VerifiedBadge verified={verified} />
      </p>
      {!verified && <p className="note note-problem">{t("case.unverifiedHelp")}</p>}
      <VersionNote report={report} />
      {report.technique !== "" && (
        <>
          <h3>{t("report:part.technique")}</h3>
          <p className="prose">{report.technique}</p>
        </>
      )}
      <h3>{t("case.findings")}</h3>
      <p className="prose">{report.findings}</p>
      <TeethTold teeth={report.teeth} />
      <h3>{t("case.impression")}</h3>
      <p className="prose impression">{report.impression}</p>
      {report.recommendations !== "" && (
        <>
          <h3>{t("case.recommendations")}</h3>
          <p className="prose">{report.recommendations}</p>
        </>
      )}
      {report.illustrations && (
        <Illustrated
          study={study}
          keyImages={report.illustrations.key_images}
          measurements={report.illustrations.measurements}
        />
      )}
      <Basis report={report} />
      <p className="quiet">
        {t("case.signedBy", {
          author: report.author ?? "—",
          at: format.dateTime(report.signed_at),
        })}
      </p>
      <Marked mark={report.credential} />
    </article>
  );
}
