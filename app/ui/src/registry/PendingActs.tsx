import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { ProblemNote } from "../parts/ProblemNote";
import { PendingFacts } from "./PendingFacts";
import { registry } from "./client";
import { useOperator, usePending, useRegistryStatus } from "./queries";
import type { Pending } from "./types";
import { useAct } from "./useAct";
import { useMoment } from "./useMoment";

/** What waits for a second operator. */
export function PendingActs(): ReactElement {
  const { t } = useTranslation("registry");
  const pending = usePending();
  const status = useRegistryStatus().data;
  return (
    <section className="stack">
      <h1>{t("menu.pending")}</h1>
      <p className="quiet">{t("pending.hint")}</p>
      {status && !status.four_eyes && <p className="note">{t("pending.off")}</p>}
      {pending.isError && (
        <ProblemNote error={pending.error} onRetry={() => void pending.refetch()} />
      )}
      {pending.data?.length === 0 && <p className="empty">{t("pending.none")}</p>}
      {pending.data?.map((one) => (
        <PendingAct key={one.id} act={one} />
      ))}
    </section>
  );
}

function PendingAct({ act }: { act: Pending }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  const me = useOperator().data?.operator;
  const [asked, setAsked] = useState<"approve" | "reject" | null>(null);
  const own = me === act.proposed_by;
  const name = t(`acts.${act.what.act}`);
  return (
    <article className="card stack" data-pending={act.id}>
      <div className="title-row">
        <h2>{name}</h2>
        <span className="spacer" />
        <span className="quiet">
          {t("pending.proposed", {
            by: act.proposed_by,
            at: moment.at(act.at),
            ago: moment.ago(act.at),
          })}
        </span>
      </div>
      <PendingFacts what={act.what} />
      {own && <p className="note">{t("pending.own")}</p>}
      <div className="buttons">
        <button
          type="button"
          className="button button-primary"
          disabled={own}
          onClick={() => setAsked("approve")}
        >
          {t("pending.approve")}
        </button>
        <button type="button" className="button" onClick={() => setAsked("reject")}>
          {t(own ? "pending.takeBack" : "pending.reject")}
        </button>
      </div>
      {asked && (
        <Ask asked={asked} own={own} act={act} name={name} onClose={() => setAsked(null)} />
      )}
    </article>
  );
}

function Ask({
  asked,
  own,
  act,
  name,
  onClose,
}: {
  asked: "approve" | "reject";
  own: boolean;
  act: Pending;
  name: string;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("registry");
  const done = useAct<undefined, unknown>(() =>
    asked === "approve" ? registry.approve(act.id) : registry.reject(act.id),
  );
  const confirm = asked === "approve" ? "approve" : own ? "takeBack" : "reject";
  return (
    <ConfirmDialog
      title={name}
      confirm={t(`pending.${confirm}`)}
      danger={asked === "approve" && act.what.act === "revoke"}
      busy={done.isPending}
      error={done.error}
      onCancel={onClose}
      onConfirm={() => done.mutate(undefined, { onSuccess: onClose })}
    >
      <p>{t(`pending.means.${asked}`)}</p>
      <PendingFacts what={act.what} />
    </ConfirmDialog>
  );
}
