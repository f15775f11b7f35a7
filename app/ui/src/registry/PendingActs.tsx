import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../parts/ProblemNote";
import { registry } from "./client";
import { useOperator, usePending } from "./queries";
import type { Pending } from "./types";
import { useAct } from "./useAct";
import { useMoment } from "./useMoment";

/** What waits for a second operator. */
export function PendingActs(): ReactElement {
  const { t } = useTranslation("registry");
  const pending = usePending();
  return (
    <section>
      <h1>{t("menu.pending")}</h1>
      <p className="quiet">{t("pending.hint")}</p>
      {pending.isError && (
        <ProblemNote error={pending.error} onRetry={() => void pending.refetch()} />
      )}
      {pending.data?.length === 0 && <p>{t("pending.none")}</p>}
      {pending.data?.map((one) => (
        <PendingAct key={one.id} act={one} />
      ))}
    </section>
  );
}

function PendingAct({ act }: { act: Pending }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  const operator = useOperator().data?.operator;
  const approve = useAct(() => registry.approve(act.id));
  const reject = useAct(() => registry.reject(act.id));
  const own = operator === act.proposed_by;
  const busy = approve.isPending || reject.isPending;
  return (
    <article className="card" data-pending={act.id}>
      <h2>
        {act.what.act} {act.about}
      </h2>
      <p className="quiet">
        {t("pending.proposed", { by: act.proposed_by, at: moment.at(act.at) })}
      </p>
      <pre className="code">{JSON.stringify(act.what, null, 2)}</pre>
      {own && <p className="note">{t("pending.own")}</p>}
      {approve.isError && <ProblemNote error={approve.error} />}
      {reject.isError && <ProblemNote error={reject.error} />}
      <div className="buttons">
        <button
          type="button"
          className="button button-primary"
          disabled={busy || own}
          onClick={() => approve.mutate(undefined)}
        >
          {t("pending.approve")}
        </button>
        <button
          type="button"
          className="button"
          disabled={busy}
          onClick={() => reject.mutate(undefined)}
        >
          {t("pending.reject")}
        </button>
      </div>
    </article>
  );
}
