import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";

/** Where somebody has signed two entries for one place: who, which, and that the log goes no further (R6, R17). */
export function Forks({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation("absence");
  const duties = useTranslation("duties");
  const format = useFormat();
  if (!detail.frozen) return null;
  return (
    <div className="note note-problem" role="alert">
      <p>
        <strong>{duties.t("list.frozen")}</strong> {duties.t("list.frozenHelp")}
      </p>
      {detail.forks.map((fork) => (
        <div key={fork.entries.map((one) => one.entry_id).join(" ")} data-fork={fork.number}>
          <p>
            {t("fork.who", {
              name: fork.who ? format.person(fork.who) : "—",
              institution: fork.institution ?? "—",
              number: fork.number,
            })}
          </p>
          <ul>
            {fork.entries.map((one) => (
              <li key={one.entry_id}>
                <code>{one.entry_id.slice(0, 16)}</code> {format.dateTime(one.at)}{" "}
                {t(one.here ? "fork.here" : "fork.other")}
              </li>
            ))}
          </ul>
          <p className="quiet">{t("fork.evidence")}</p>
        </div>
      ))}
    </div>
  );
}

/** Who takes part with a renewed certificate, and what shows that she is the same person (R3, R6). */
export function Renewals({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation("absence");
  const format = useFormat();
  if (detail.renewals.length === 0) return null;
  return (
    <section className="card" aria-labelledby="renewals-title">
      <h2 id="renewals-title">{t("renewal.title")}</h2>
      <ul>
        {detail.renewals.map((one) => (
          <li key={one.later} data-renewal={one.later}>
            {t("renewal.line", {
              name: one.who ? format.person(one.who) : "—",
              until: format.dateTime(one.until),
              entry: one.register_entry,
            })}{" "}
            <code>{one.earlier.slice(0, 16)}</code> → <code>{one.later.slice(0, 16)}</code>
          </li>
        ))}
      </ul>
      <p className="quiet">{t("renewal.proof")}</p>
    </section>
  );
}
