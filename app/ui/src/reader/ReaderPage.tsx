import { useEffect, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useStudy } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";
import { seriesWithImages } from "../viewer/sequence";
import { href } from "../route";
import { Banner } from "./Banner";
import { KeptPlans } from "./curved/KeptPlans";
import { forgetPlans } from "./curved/usePlan";
import { leave } from "./engine/start";
import { ReadingRoom } from "./ReadingRoom";
import { ReportBeside } from "../report/ReportBeside";
import "./reader.css";

/** The reader: a chunk of its own, so that whoever only sends and writes does not load it. */
export default function ReaderPage({
  study: uid,
  caseId,
  live,
}: {
  study: string;
  caseId: string | null;
  /** Joins the live consult of the case; then the address says so no longer, that loading it anew joins nothing. */
  live: boolean;
}): ReactElement {
  const { t } = useTranslation("reader");
  const { t: common } = useTranslation();
  const study = useStudy(uid);
  useLetGo();
  useEffect(() => {
    if (live) history.replaceState(null, "", href({ page: "reader", study: uid, caseId }));
  }, [live, uid, caseId]);
  if (study.isError)
    return <ProblemNote error={study.error} onRetry={() => void study.refetch()} />;
  if (!study.data) return <p className="quiet">{common("common.loading")}</p>;
  const list = seriesWithImages(study.data);
  return (
    <div className="reader-split">
      <div className="reader">
        <Banner study={study.data} caseId={caseId} />
        {list.length === 0 ? (
          <p className="empty">{t("empty")}</p>
        ) : (
          <ReadingRoom study={study.data} list={list} caseId={caseId} live={live} />
        )}
      </div>
      {caseId !== null && <ReportBeside caseId={caseId} />}
      {caseId !== null && <KeptPlans caseId={caseId} study={study.data} />}
    </div>
  );
}

/** Lets go of the patient's images when the reader is left; not when React only mounts it twice to try it. */
function useLetGo(): void {
  useEffect(() => {
    clearTimeout(leaving);
    return () => {
      leaving = setTimeout(() => {
        leave();
        forgetPlans();
      });
    };
  }, []);
}

let leaving: ReturnType<typeof setTimeout> | undefined;
