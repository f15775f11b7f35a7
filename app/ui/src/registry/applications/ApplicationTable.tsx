import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { placeHref } from "../route";
import { useMoment } from "../useMoment";
import { StateBadge, VerdictBadge } from "./Badges";
import type { ApplicationRow } from "./types";

export function ApplicationTable({ rows }: { rows: ApplicationRow[] }): ReactElement {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  return (
    <div className="table-scroll">
      <table className="cases">
        <thead>
          <tr>
            <th scope="col">{t("list.subject")}</th>
            <th scope="col">{t("list.asks")}</th>
            <th scope="col">{t("list.match")}</th>
            <th scope="col">{t("list.proof")}</th>
            <th scope="col">{t("list.received")}</th>
            <th scope="col">{t("list.state")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-application={row.id}>
              <td>
                <a href={placeHref({ page: "application", id: row.id })}>{row.subject}</a>
              </td>
              <td>
                <Asks row={row} />
              </td>
              <td>
                {row.qualifications.length === 0 ? (
                  <span className="quiet">{t("list.noMatch")}</span>
                ) : (
                  row.qualifications.map((one) => (
                    <div key={one.code}>
                      <VerdictBadge verdict={one.verdict} />
                    </div>
                  ))
                )}
              </td>
              <td className="when">
                {t("list.attachments", { count: row.evidence })}
                {row.countersigned && <div className="quiet">{t("list.countersigned")}</div>}
              </td>
              <td className="when">
                {moment.ago(row.received_at)}
                <div className="quiet">{moment.at(row.received_at)}</div>
              </td>
              <td>
                <StateBadge state={row.state} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Asks({ row }: { row: ApplicationRow }): ReactElement {
  const { t } = useTranslation("applications");
  if (row.kind === "node") return <>{t("asks.node")}</>;
  if (row.qualifications.length === 0) return <>{t("asks.practitioner")}</>;
  return (
    <>
      {row.qualifications.map((one) => (
        <div key={one.code}>{t(`qualification.${one.code}`)}</div>
      ))}
    </>
  );
}
