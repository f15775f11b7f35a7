import { useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "../backend/queries";
import { setup } from "../backend/setup";
import type { ApplicationView } from "../backend/setupTypes";
import { useFormat } from "../i18n/format";
import { href } from "../route";
import { ConfirmedButton } from "./ConfirmedButton";
import { Hpki } from "./Hpki";
import { SaveAsFile } from "./SaveAsFile";
import { Sending } from "./Sending";

export interface BootstrapView {
  address: string;
  connected: boolean;
}

/** One application: where it is on its way, and what can be done now. */
export function ApplicationCard({
  application,
  superseded,
  job,
  bootstraps,
  onJob,
}: {
  application: ApplicationView;
  /** By a later one: nothing is to be corrected in this one any more. */
  superseded: boolean;
  /** Of the node, while it is on its way to a bootstrap host. */
  job: string | null;
  bootstraps: BootstrapView[];
  onJob: (job: string) => void;
}): ReactElement {
  const { t } = useTranslation("apply");
  const { t: words } = useTranslation("applications");
  const { id, state, kind, subject } = application;
  const open = state === "made" || state === "written" || state === "deposited";
  return (
    <section className="card application" data-application={id} data-state={state}>
      <div className="title-row">
        <h3>{subject}</h3>
        <span className="quiet">{words(`asks.${kind}`)}</span>
        <span className="spacer" />
        <span className={`badge application-${state}`}>{t(`status.state.${state}`)}</span>
      </div>
      <Way application={application} />
      <Told application={application} />
      {open && (
        <>
          <Sending application={application} job={job} bootstraps={bootstraps} onJob={onJob} />
          <SaveAsFile application={application} />
          {state === "made" && kind === "practitioner" && <Hpki id={id} />}
        </>
      )}
      <div className="buttons">
        {state === "refused" && !superseded && (
          <a className="button button-primary" href={href({ page: "apply", step: "clinic" })}>
            {t("status.correct")}
          </a>
        )}
        <Withdraw application={application} />
        <span className="spacer" />
        <span className="quiet">
          {t("status.id")} <code>{id.slice(0, 12)}</code>
        </span>
      </div>
    </section>
  );
}

/** Made, sent, answered: with the times. */
function Way({ application }: { application: ApplicationView }): ReactElement {
  const { t } = useTranslation("apply");
  const format = useFormat();
  const { made_at, written_at, deposited_at, refused_at, state } = application;
  const decided = state === "issued" || state === "refused";
  const steps = [
    { name: "made", at: made_at, done: true },
    { name: "sent", at: deposited_at ?? written_at, done: (deposited_at ?? written_at) !== null },
    { name: "answered", at: refused_at, done: decided },
  ] as const;
  return (
    <ol className="way">
      {steps.map(({ name, at, done }) => (
        <li key={name} className={done ? "way-done" : ""}>
          <span aria-hidden="true">{done ? "●" : "○"}</span> {t(`status.step.${name}`)}
          {done && <span className="unseen">{t("aside", { text: t("steps.done") })}</span>}
          {done && at && <span className="quiet when"> {format.dateTime(at)}</span>}
        </li>
      ))}
    </ol>
  );
}

function Told({ application }: { application: ApplicationView }): ReactElement {
  const { t } = useTranslation("apply");
  const { state, kind, reason, practitioner, bootstrap } = application;
  switch (state) {
    case "made":
      return <p>{t("status.madeNext")}</p>;
    case "written":
      return <p>{t("status.writtenNext")}</p>;
    case "deposited":
      return <p className="address">{t("status.depositedAt", { bootstrap })}</p>;
    case "issued":
      return (
        <p>
          {kind === "node"
            ? t("status.issuedNode")
            : t("status.issuedPerson", { id: practitioner ?? "" })}
        </p>
      );
    case "refused":
      return (
        <div className="note note-problem">
          <p>{t("status.refusedAt")}</p>
          <p className="prose">
            <strong>{reason}</strong>
          </p>
        </div>
      );
  }
}

function Withdraw({ application }: { application: ApplicationView }): ReactElement {
  const { t } = useTranslation("apply");
  const client = useQueryClient();
  const { id, state, subject } = application;
  const decided = state === "issued" || state === "refused";
  return (
    <ConfirmedButton
      label={t(decided ? "status.forget" : "status.withdraw")}
      title={decided ? null : t("status.withdrawTitle")}
      act={() => setup.withdraw(id)}
      onDone={() => client.invalidateQueries({ queryKey: keys.applications })}
    >
      {t("status.withdrawText", { subject })}
    </ConfirmedButton>
  );
}
