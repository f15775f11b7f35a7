import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { placeHref } from "../route";
import { useMoment } from "../useMoment";
import { ApproveDialog } from "./ApproveDialog";
import { RefuseDialog } from "./RefuseDialog";
import { SecondOperator } from "./SecondOperator";
import type { Application } from "./types";

/** What can be done now, and what was done. */
export function DecisionCard({ application }: { application: Application }): ReactElement {
  const { t } = useTranslation("applications");
  return (
    <div
      className="card stack next"
      data-state={application.state}
      role="region"
      aria-live="polite"
    >
      <h2>{t("decision.title")}</h2>
      {application.state === "received" && <Undecided application={application} />}
      {application.state === "approved" && <SecondOperator application={application} />}
      {application.state === "refused" && <Refused application={application} />}
      {application.state === "issued" && <Issued application={application} />}
    </div>
  );
}

function Undecided({ application }: { application: Application }): ReactElement {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  const [asked, setAsked] = useState<"approve" | "refuse" | null>(null);
  const forbidden = application.findings.some((finding) => finding.weight === "bad");
  const doubts = application.findings.filter((finding) => finding.weight === "warning").length;
  const earlier = application.decision;
  return (
    <>
      {earlier?.decision === "approved" && (
        <p className="note">
          {t("decision.takenBack", { by: earlier.by, at: moment.at(earlier.at) })}
        </p>
      )}
      {forbidden ? (
        <p className="note note-problem">{t("decision.forbidden")}</p>
      ) : (
        <p>{doubts > 0 ? t("decision.lookClosely", { count: doubts }) : t("decision.look")}</p>
      )}
      <button
        type="button"
        className="button button-primary button-wide"
        disabled={forbidden}
        onClick={() => setAsked("approve")}
      >
        {t("decision.approve")}
      </button>
      <button type="button" className="button button-wide" onClick={() => setAsked("refuse")}>
        {t("decision.refuse")}
      </button>
      {asked === "approve" && (
        <ApproveDialog application={application} onClose={() => setAsked(null)} />
      )}
      {asked === "refuse" && (
        <RefuseDialog application={application} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

function Refused({ application }: { application: Application }): ReactElement | null {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  const { decision } = application;
  if (decision?.decision !== "refused") return null;
  return (
    <>
      <p>{t("decision.refusedBy", { by: decision.by, at: moment.at(decision.at) })}</p>
      <blockquote className="prose">{decision.reason}</blockquote>
      <p className="quiet">{t("decision.refusedMeans")}</p>
    </>
  );
}

function Issued({ application }: { application: Application }): ReactElement {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  const { decision, credential } = application;
  return (
    <>
      <p className="note note-ok">{t("decision.issued")}</p>
      {decision?.decision === "approved" && (
        <p>
          {t("decision.approvedBy", { by: decision.by, at: moment.at(decision.at) })}
          {decision.provisional && ` ${t("decision.provisional")}`}
        </p>
      )}
      {credential && (
        <a
          className="button button-wide"
          href={placeHref({ page: "credential", fingerprint: credential })}
        >
          {t("decision.credential")}
        </a>
      )}
      <p className="quiet">{t("decision.issuedMeans")}</p>
    </>
  );
}
