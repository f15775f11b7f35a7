import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { OrderFacts } from "../OrderFacts";
import { registry } from "../client";
import { useOperator, usePending } from "../queries";
import { useAct } from "../useAct";
import { useMoment } from "../useMoment";
import type { Application } from "./types";

/** Four eyes: who approved first, and what the one who looks now may do. */
export function SecondOperator({ application }: { application: Application }): ReactElement | null {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  const me = useOperator().data?.operator;
  const waiting = usePending().data;
  const [asked, setAsked] = useState<"confirm" | "reject" | null>(null);
  const { decision } = application;
  if (decision?.decision !== "approved" || decision.pending === null) return null;
  const { pending } = decision;
  const own = decision.by === me;
  const order = waiting?.find((one) => one.id === pending)?.what;
  return (
    <>
      <ol className="steps">
        <li className="step-done">
          <strong>{t("second.first")}</strong> {decision.by}
          <div className="quiet">{moment.at(decision.at)}</div>
        </li>
        <li>
          <strong>{t("second.second")}</strong> {t("second.waits")}
        </li>
      </ol>
      {order?.act === "issue" && <OrderFacts order={order.order} />}
      {own ? (
        <p className="note">{t("second.own")}</p>
      ) : (
        <>
          <p>{t("second.look")}</p>
          <button
            type="button"
            className="button button-primary button-wide"
            onClick={() => setAsked("confirm")}
          >
            {t("second.confirm")}
          </button>
        </>
      )}
      <button type="button" className="button button-wide" onClick={() => setAsked("reject")}>
        {t(own ? "second.takeBack" : "second.reject")}
      </button>
      {asked && (
        <Ask
          act={asked}
          pending={pending}
          subject={application.subject}
          own={own}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

function Ask({
  act,
  pending,
  subject,
  own,
  onClose,
}: {
  act: "confirm" | "reject";
  pending: string;
  subject: string;
  own: boolean;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("applications");
  const done = useAct<undefined, unknown>(() =>
    act === "confirm" ? registry.approve(pending) : registry.reject(pending),
  );
  const confirm = act === "confirm" ? "second.confirm" : own ? "second.takeBack" : "second.reject";
  return (
    <ConfirmDialog
      title={t("decision.about", { act: t(confirm), subject })}
      confirm={t(confirm)}
      busy={done.isPending}
      error={done.error}
      onCancel={onClose}
      onConfirm={() => done.mutate(undefined, { onSuccess: onClose })}
    >
      <p>{t(act === "confirm" ? "approve.now" : "second.back")}</p>
    </ConfirmDialog>
  );
}
