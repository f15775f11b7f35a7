import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { keys, useChange } from "../backend/queries";
import type { CaseDetail, Practitioner } from "../backend/types";
import { FurtherActions } from "../duties/FurtherActions";
import { useFormat } from "../i18n/format";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { actionsFor, type Action } from "./actions";
import { CloseDialog } from "./CloseDialog";
import { DeclineDialog } from "./DeclineDialog";
import { DraftWaiting } from "../report/DraftWaiting";
import { ReportForm } from "./ReportForm";

export function CaseActions({
  detail,
  me,
}: {
  detail: CaseDetail;
  me: Practitioner;
}): ReactElement {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Action | null>(null);
  const actions = actionsFor(detail);
  const close = () => setOpen(null);
  // What was open is no longer offered once the case has moved on.
  const shown = open !== null && actions.includes(open) ? open : null;
  return (
    <section className="card next" aria-labelledby="next-title">
      <h2 id="next-title">{t("case.actions")}</h2>
      {actions.length === 0 && detail.open.length === 0 && <Waiting detail={detail} />}
      {shown !== "report" && (
        <div className="buttons">
          {actions.map((action) => (
            <button
              key={action}
              type="button"
              className={action === "decline" ? "button" : "button button-primary"}
              onClick={() => setOpen(action)}
            >
              {t(`action.${action}`)}
            </button>
          ))}
        </div>
      )}
      {actions.includes("report") && shown !== "report" && <DraftWaiting caseId={detail.case_id} />}
      {shown !== "report" && <Keeping detail={detail} />}
      {shown !== "report" && <FurtherActions detail={detail} me={me} />}
      {shown === "report" && <ReportForm detail={detail} onCancel={close} />}
      {shown === "accept" && <SimpleDialog action="accept" detail={detail} onCancel={close} />}
      {shown === "read" && <SimpleDialog action="read" detail={detail} onCancel={close} />}
      {shown === "decline" && <DeclineDialog detail={detail} onCancel={close} />}
      {shown === "close" && <CloseDialog detail={detail} me={me} onCancel={close} />}
    </section>
  );
}

/** Where the reading is done, what still keeps the case from being closed. */
function Keeping({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation("duties");
  if (detail.open.length === 0) return null;
  const kinds = [...new Set(detail.open.map((one) => one.kind))];
  return (
    <div className="quiet">
      {t("list.keeps")}
      <ul>
        {kinds.map((kind) => (
          <li key={kind}>{t(`list.open.${kind}`)}</li>
        ))}
      </ul>
    </div>
  );
}

function Waiting({ detail }: { detail: CaseDetail }): ReactElement {
  const { t } = useTranslation();
  switch (detail.state) {
    case "closed":
    case "declined":
    case "withdrawn":
      return <p className="quiet">{t("case.nothing")}</p>;
    default:
      return <p className="quiet">{t(`case.waiting.${detail.state}`)}</p>;
  }
}

function SimpleDialog({
  action,
  detail,
  onCancel,
}: {
  action: "accept" | "read";
  detail: CaseDetail;
  onCancel: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const change = useChange(action === "accept" ? backend.accept : backend.markRead, [keys.cases]);
  return (
    <ConfirmDialog
      title={t(`action.${action}Title`)}
      confirm={t(`action.${action}`)}
      busy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate(detail.case_id, { onSuccess: onCancel })}
      onCancel={onCancel}
    >
      <p>
        <strong>{detail.patient_name}</strong>
        {detail.with && ` · ${format.person(detail.with)}`}
      </p>
      <p>{t(`action.${action}Text`)}</p>
    </ConfirmDialog>
  );
}
