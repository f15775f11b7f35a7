import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useCase, useStudies } from "../backend/queries";
import type { CaseDetail, Practitioner } from "../backend/types";
import { IncidentalFindings } from "../duties/Incidental";
import { Lost } from "../duties/Lost";
import { NextReader } from "../duties/NextReader";
import { Queries } from "../duties/Queries";
import { Erasures } from "../duties/Erasures";
import { Readers } from "../duties/Readers";
import { StandIn } from "../duties/StandIn";
import { Forks, Renewals } from "../duties/Standing";
import { Successors } from "../duties/Successors";
import { UrgentFindings } from "../duties/Urgent";
import { useFormat } from "../i18n/format";
import { StateBadge, UrgencyBadge } from "../parts/Badges";
import { LiveNote } from "../parts/LiveNote";
import { ProblemNote } from "../parts/ProblemNote";
import { ReaderLink } from "../parts/ReaderLink";
import { TransferBar } from "../parts/TransferBar";
import { PassedOn } from "../passing/PassedOn";
import { GoneNote, isGone } from "../retention/GoneNote";
import { href } from "../route";
import { Together } from "../together/Together";
import { CaseExports } from "../report/CaseExports";
import { CaseActions } from "./CaseActions";
import { Previews } from "./Previews";
import { Reports } from "./Reports";
import { RequestFacts } from "./RequestFacts";
import { Timeline } from "./Timeline";
import { TransferActions } from "./TransferActions";

export function CasePage({ id, me }: { id: string; me: Practitioner }): ReactElement {
  const { t } = useTranslation();
  const query = useCase(id);
  return (
    <div className="page">
      <a href={href({ page: "work" })}>← {t("common.workList")}</a>
      {query.isPending && <p className="quiet">{t("common.loading")}</p>}
      {query.isError &&
        (isGone(query.error) ? (
          <GoneNote problem={query.error} />
        ) : (
          <ProblemNote error={query.error} onRetry={() => void query.refetch()} />
        ))}
      {query.data && <CaseView detail={query.data} me={me} />}
    </div>
  );
}

function CaseView({ detail, me }: { detail: CaseDetail; me: Practitioner }): ReactElement {
  const format = useFormat();
  return (
    <>
      <div className="title-row">
        <h1>{detail.patient_name}</h1>
        <StateBadge state={detail.state} />
        <UrgencyBadge urgency={detail.urgency} />
        <span className="spacer" />
        <span className="quiet">{format.dateTime(detail.requested_at)}</span>
      </div>
      <div className="columns">
        <div>
          <Looking detail={detail} />
          <Forks detail={detail} />
          <UrgentFindings detail={detail} me={me} />
          <Lost detail={detail} />
          <PassedOn detail={detail} />
          <StandIn detail={detail} me={me} />
          <NextReader detail={detail} me={me} />
          <Successors detail={detail} me={me} />
          <CaseActions detail={detail} me={me} />
          <Previews detail={detail} />
          <Queries detail={detail} />
          <IncidentalFindings detail={detail} />
          <Reports detail={detail} />
          <Together detail={detail} />
          <Readers detail={detail} me={me} />
          <Erasures detail={detail} />
          <Renewals detail={detail} />
          <RequestFacts detail={detail} />
        </div>
        <aside>
          <Images detail={detail} />
          <Timeline entries={detail.timeline} />
          <CaseExports detail={detail} />
        </aside>
      </div>
    </>
  );
}

/** Somebody looks at the images of this case now. */
function Looking({ detail }: { detail: CaseDetail }): ReactElement {
  const uid = detail.study_instance_uid;
  const held = useStudies().data?.some((study) => study.study_instance_uid === uid) ?? false;
  return <LiveNote caseId={detail.case_id} study={held ? uid : null} />;
}

function Images({ detail }: { detail: CaseDetail }): ReactElement {
  const { t } = useTranslation();
  const studies = useStudies();
  const uid = detail.study_instance_uid;
  const held = studies.data?.some((study) => study.study_instance_uid === uid) ?? false;
  return (
    <section className="card">
      <TransferBar transfer={detail.transfer} />
      <TransferActions detail={detail} />
      {held ? (
        <>
          <ReaderLink className="button button-wide" study={uid} caseId={detail.case_id} />
          <a
            className="button button-wide"
            href={href({ page: "images", study: uid, caseId: detail.case_id })}
          >
            {t("case.images")}
          </a>
        </>
      ) : (
        <p className="quiet">{t("case.noImages")}</p>
      )}
      <a className="quiet" href={href({ page: "media", caseId: detail.case_id })}>
        {t("title", { ns: "media" })}
      </a>
    </section>
  );
}
