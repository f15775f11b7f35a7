import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { practices, usePractice, type PracticeRequest } from "../backend/practice";
import { keys, useChange } from "../backend/queries";
import { useFormat } from "../i18n/format";
import { UrgencyBadge } from "../parts/Badges";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { ProblemNote } from "../parts/ProblemNote";
import { ReaderLink } from "../parts/ReaderLink";
import { href } from "../route";

/** The practice study, while there is one: the request and the reader are tried with it, and it is deleted here. */
export function PracticeCard(): ReactElement | null {
  const { t } = useTranslation("practice");
  const kept = usePractice().data;
  const [asking, setAsking] = useState(false);
  const remove = useChange(() => practices.delete().then(() => setAsking(false)), [keys.studies]);
  if (!kept?.study_instance_uid) return null;
  const study = kept.study_instance_uid;
  return (
    <section className="card practice" aria-labelledby="practice-title">
      <h2 id="practice-title">
        <span className="badge practice-badge">{t("mark")}</span> {t("title")}
      </h2>
      <p>{t("nobody")}</p>
      {kept.request && <Written request={kept.request} />}
      <div className="buttons">
        <a className="button" href={href({ page: "request", study })}>
          {t(kept.request ? "requestAgain" : "request")}
        </a>
        <ReaderLink className="button" study={study} caseId={null} />
        <button type="button" className="button button-quiet" onClick={() => setAsking(true)}>
          {t("delete")}
        </button>
      </div>
      {asking && (
        <ConfirmDialog
          title={t("delete")}
          confirm={t("delete")}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(undefined)}
          onCancel={() => setAsking(false)}
        >
          <p>{t("deleteText")}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** The practice request, as a reader would find it. */
function Written({ request }: { request: PracticeRequest }): ReactElement {
  const { t } = useTranslation(["practice", "translation"]);
  const format = useFormat();
  const facts = [
    ["question", request.question],
    ["region", request.region],
    ["history", request.history],
    ["justification", request.justification],
  ] as const;
  return (
    <>
      <p role="status">
        {t("written", { by: request.by, at: format.dateTime(request.at) })}{" "}
        {request.urgency !== "routine" && <UrgencyBadge urgency={request.urgency} />}
      </p>
      <dl className="facts">
        {facts
          .filter(([, text]) => text !== "")
          .map(([name, text]) => (
            <div key={name}>
              <dt>{t(`translation:request.${name}`)}</dt>
              <dd className="prose">{text}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}

/** Makes the practice study. */
export function MakePractice(): ReactElement {
  const { t } = useTranslation("practice");
  const make = useChange(() => practices.make(), [keys.studies]);
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={make.isPending}
        onClick={() => make.mutate(undefined)}
      >
        {t(make.isPending ? "making" : "make")}
      </button>
      {make.isError && <ProblemNote error={make.error} />}
    </>
  );
}
