import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { usePractice } from "../backend/practice";
import { useApplications, useStudies } from "../backend/queries";
import { EVERYTHING, useFirstCases } from "../backend/workList";
import { href } from "../route";
import { MakePractice } from "./PracticeCard";

/** Where nobody can sign in yet: to apply, or how the application stands. One sentence and a button. */
export function WelcomeApplicant(): ReactElement {
  const { t } = useTranslation("practice");
  // Told to whoever runs the node only; to others there is none.
  const applications = useApplications().data ?? [];
  const open = applications.some((one) => one.state !== "refused");
  return (
    <section className="note welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">{t("welcome")}</h2>
      <p>{t(open ? "applied" : "apply")}</p>
      <a className="button button-primary" href={href({ page: "apply", step: null })}>
        {t(open ? "lookApplied" : "beginApply")}
      </a>
    </section>
  );
}

/** For whoever has a credential and no case yet: to ask or wait, and to practise. */
export function Welcome(): ReactElement | null {
  const { t } = useTranslation("practice");
  const cases = useFirstCases(EVERYTHING).data;
  const studies = useStudies().data;
  const practice = usePractice().data;
  if (!cases || !studies || cases.rows.length > 0) return null;
  const real = studies.some((one) => one.study_instance_uid !== practice?.study_instance_uid);
  return (
    <section className="card next welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">{t("welcome")}</h2>
      <p>{t(real ? "firstRequest" : "firstStudy")}</p>
      <div className="buttons">
        <a
          className="button button-primary"
          href={real ? href({ page: "request", study: null }) : href({ page: "directory" })}
        >
          {t(real ? "writeRequest" : "lookAround")}
        </a>
        {practice?.study_instance_uid === null && <MakePractice />}
      </div>
    </section>
  );
}
