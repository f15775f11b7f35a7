import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { placeHref } from "./route";
import { ACTS, type Act, type LogRow } from "./types";
import { useMoment } from "./useMoment";

export function LogTable({ rows }: { rows: LogRow[] }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  return (
    <div className="table-scroll">
      <table className="cases">
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
          {rows.map((row) => (
            <tr key={row.number} data-row={row.act}>
              <td>{row.number}</td>
              <td className="when">{moment.at(row.at)}</td>
              <td className="when">
                <Who row={row} />
              </td>
              <td className="when">{isAct(row.act) ? t(`acts.${row.act}`) : row.act}</td>
              <td>
                <About row={row} />
              </td>
              <td>
                <span className={`badge outcome-${row.outcome}`}>
                  {t(`log.outcomes.${row.outcome}`)}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Under four eyes the row is the second operator's, and names who asked. */
function Who({ row }: { row: LogRow }): ReactElement {
  const { t } = useTranslation("registry");
  const first = row.detail["proposed_by"];
  return (
    <>
      {row.operator}
      {typeof first === "string" && first !== row.operator && (
        <div className="quiet">{t("log.askedBy", { by: first })}</div>
      )}
    </>
  );
}

/** What is about the registry's own keys. */
const OF_KEYS = [
  "authority_request",
  "authority_rotate",
  "root_rotate",
  "register_rekey",
  "set_up",
];

/** A fingerprint or an application's id leads to its page; long hexadecimal is cut for the eye. */
function About({ row }: { row: LogRow }): ReactElement | null {
  const { about } = row;
  if (about === null) return null;
  if (OF_KEYS.includes(row.act) && /^[0-9a-f]{64}$/.test(about)) {
    return (
      <a className="code short-code" title={about} href={placeHref({ page: "keys" })}>
        {about.slice(0, 16)}…
      </a>
    );
  }
  if (/^[0-9a-f]{64}$/.test(about) && !row.act.endsWith("import")) {
    return (
      <a
        className="code short-code"
        title={about}
        href={placeHref({ page: "credential", fingerprint: about })}
      >
        {about.slice(0, 16)}…
      </a>
    );
  }
  if (/^[0-9a-f]{32}$/.test(about)) {
    return (
      <a
        className="code short-code"
        title={about}
        href={placeHref({ page: "application", id: about })}
      >
        {about.slice(0, 16)}…
      </a>
    );
  }
  return /^[0-9a-f]{64}$/.test(about) ? (
    <span className="code short-code" title={about}>
      {about.slice(0, 16)}…
    </span>
  ) : (
    <span className="clamp">{about}</span>
  );
}

function isAct(word: string): word is Act {
  return ACTS.some((known) => known === word);
}
