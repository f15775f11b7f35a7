import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../parts/ProblemNote";
import { Pager } from "./Pager";
import { registry } from "./client";
import { useOperatorLog } from "./queries";
import { useMoment } from "./useMoment";

export function OperatorLog(): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  const [offset, setOffset] = useState(0);
  const log = useOperatorLog(offset);
  const verify = useMutation({ mutationFn: registry.verifyLog });
  return (
    <section>
      <div className="title-row">
        <h1>{t("menu.log")}</h1>
        <button
          type="button"
          className="button"
          disabled={verify.isPending}
          onClick={() => verify.mutate()}
        >
          {t("log.verify")}
        </button>
      </div>
      {verify.isSuccess && (
        <p className="note" role="status">
          {t("log.verified", { rows: verify.data.rows.toLocaleString() })}
        </p>
      )}
      {verify.isError && <ProblemNote error={verify.error} />}
      {log.isError && <ProblemNote error={log.error} onRetry={() => void log.refetch()} />}
      {log.data && (
        <>
          <div className="table-scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">{t("log.number")}</th>
                  <th scope="col">{t("log.at")}</th>
                  <th scope="col">{t("log.operator")}</th>
                  <th scope="col">{t("log.act")}</th>
                  <th scope="col">{t("log.about")}</th>
                  <th scope="col">{t("log.outcome")}</th>
                </tr>
              </thead>
              <tbody>
                {log.data.items.map((row) => (
                  <tr key={row.number}>
                    <td>{row.number}</td>
                    <td className="when">{moment.at(row.at)}</td>
                    <td>{row.operator}</td>
                    <td>{row.act}</td>
                    <td className="clamp">{row.about ?? row.detail}</td>
                    <td>{t(`log.outcomes.${row.outcome}`)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Pager page={log.data} onMove={setOffset} />
        </>
      )}
    </section>
  );
}
