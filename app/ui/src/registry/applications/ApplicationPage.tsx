import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { Facts } from "../Facts";
import { useApplication } from "../queries";
import { placeHref } from "../route";
import { useMoment } from "../useMoment";
import { StateBadge } from "./Badges";
import { ClaimFacts } from "./ClaimFacts";
import { DecisionCard } from "./DecisionCard";
import { EvidenceGallery } from "./EvidenceGallery";
import { FindingList } from "./FindingList";
import { Hpki } from "./Hpki";
import { QualificationTable } from "./QualificationTable";
import type { Application } from "./types";

export function ApplicationPage({ id }: { id: string }): ReactElement {
  const { t } = useTranslation("applications");
  const found = useApplication(id);
  return (
    <section className="stack">
      <p>
        <a href={placeHref({ page: "applications" })}>{t("one.back")}</a>
      </p>
      {found.isPending && <p className="quiet">{t("common.loading", { ns: "translation" })}</p>}
      {found.isError && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && <Whole application={found.data} />}
    </section>
  );
}

function Whole({ application }: { application: Application }): ReactElement {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  const { claims, contact, evidence, request } = application.application;
  return (
    <>
      <div className="title-row">
        <h1>{application.subject}</h1>
        <StateBadge state={application.state} />
        <span className="quiet">
          {t(`asks.${application.kind}`)} ·{" "}
          {t("one.received", { ago: moment.ago(application.received_at) })}
        </span>
      </div>
      <div className="columns columns-wide">
        <div>
          <FindingList findings={application.findings} />
          <div className="card stack">
            <h2>{t("one.claims")}</h2>
            <ClaimFacts claims={claims} />
            {claims.kind === "practitioner" && (
              <QualificationTable claims={claims} findings={application.findings} />
            )}
          </div>
          <EvidenceGallery id={application.id} labels={evidence} />
          <Hpki application={application} />
          <div className="card stack">
            <h2>{t("one.contact")}</h2>
            <Facts
              rows={[
                [t("one.email"), contact.email],
                [t("one.telephone"), contact.telephone],
                [t("one.note"), contact.note && <span className="prose">{contact.note}</span>],
              ]}
            />
            {!contact.email && !contact.telephone && !contact.note && (
              <p className="quiet">{t("one.noContact")}</p>
            )}
          </div>
          <details className="card">
            <summary>{t("one.technical")}</summary>
            <Facts
              rows={[
                [t("one.id"), <span className="code">{application.id}</span>],
                [t("one.madeAt"), moment.at(application.made_at)],
                [t("one.receivedAt"), moment.at(application.received_at)],
                [t("one.key"), <span className="code">{application.key}</span>],
              ]}
            />
            <pre className="code">{request}</pre>
          </details>
        </div>
        <aside aria-label={t("decision.title")}>
          <DecisionCard application={application} />
        </aside>
      </div>
    </>
  );
}
