import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { archiveKeys, archives, useDispatches, type Dispatch } from "../backend/archives";
import { useChange } from "../backend/queries";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";

/** What goes to the archives: what waits and why, and what became of the rest. */
export function Queue(): ReactElement {
  const { t } = useTranslation("archives");
  const all = useDispatches();
  return (
    <section>
      <h2 id="queue-title">{t("queue.title")}</h2>
      {all.isError && <ProblemNote error={all.error} onRetry={() => void all.refetch()} />}
      {all.data?.length === 0 && <p className="empty">{t("queue.empty")}</p>}
      {all.data && all.data.length > 0 && (
        <div className="table-scroll" role="region" aria-labelledby="queue-title" tabIndex={0}>
          <table className="cases">
            <thead>
              <tr>
                <th scope="col">{t("queue.archive")}</th>
                <th scope="col">{t("queue.what")}</th>
                <th scope="col">{t("queue.state")}</th>
                <th scope="col">{t("queue.sent")}</th>
                <th scope="col">{t("queue.changed")}</th>
                <th scope="col">{t("queue.act")}</th>
              </tr>
            </thead>
            <tbody>
              {all.data.map((one) => (
                <Row key={one.id} one={one} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ one }: { one: Dispatch }): ReactElement {
  const { t } = useTranslation("archives");
  const format = useFormat();
  const again = useChange(archives.again, [archiveKeys.archives]);
  const cancel = useChange(archives.cancel, [archiveKeys.archives]);
  const waits = one.state === "queued" || one.state === "sending";
  const busy = again.isPending || cancel.isPending;
  return (
    <tr data-dispatch={one.id} data-state={one.state}>
      <td>{one.archive}</td>
      <td>
        {t(`what.${one.what}`)}
        {one.case_id !== null && (
          <div>
            <a href={href({ page: "case", id: one.case_id })}>{t("queue.case")}</a>
          </div>
        )}
      </td>
      <td>
        <strong>{t(`state.${one.state}`)}</strong>
        {/* What the other program said, in its own words. */}
        {one.why !== null && (
          <div className="quiet" lang="en">
            {one.why}
          </div>
        )}
        {waits && one.attempts > 0 && (
          <div className="quiet">{t("queue.attempts", { count: one.attempts })}</div>
        )}
        {one.next_try !== null && one.attempts > 0 && (
          <div className="quiet">{t("queue.nextTry", { at: format.dateTime(one.next_try) })}</div>
        )}
        {one.commitment !== null && (
          <div className="quiet">{t(`commitment.${one.commitment}`)}</div>
        )}
      </td>
      <td>
        {t("queue.amount", { sent: one.sent, instances: one.instances })}
        {one.refused > 0 && (
          <div className="quiet">{t("queue.refusedSome", { count: one.refused })}</div>
        )}
      </td>
      <td>{format.dateTime(one.changed)}</td>
      <td>
        <div className="buttons">
          {one.state !== "delivered" && one.state !== "sending" && (
            <button
              type="button"
              className="button"
              disabled={busy}
              onClick={() => again.mutate(one.id)}
            >
              {t("queue.again")}
            </button>
          )}
          {waits && (
            <button
              type="button"
              className="button button-quiet"
              disabled={busy}
              onClick={() => cancel.mutate(one.id)}
            >
              {t("queue.cancel")}
            </button>
          )}
        </div>
        {again.isError && <ProblemNote error={again.error} />}
        {cancel.isError && <ProblemNote error={cancel.error} />}
      </td>
    </tr>
  );
}
