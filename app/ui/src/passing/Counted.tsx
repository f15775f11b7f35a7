import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { PassingCount } from "../backend/passing";
import { useFormat } from "../i18n/format";

/** How many consultations pass, how many of them are offered, and what has to be done first. */
export function Counted({ count }: { count: PassingCount }): ReactElement {
  const { t } = useTranslation("passing");
  const format = useFormat();
  const total = count.open + count.ended;
  return (
    <>
      <p>{t("counted", { open: count.open, ended: count.ended })}</p>
      {count.offered > 0 && <p role="status">{t("offered", { offered: count.offered, total })}</p>}
      {count.lacking.length > 0 && (
        <div className="note" role="status">
          <p>{t("lacking")}</p>
          <ul>
            {count.lacking.map((one, index) => (
              <li key={one.reader?.fingerprint ?? index}>
                {t("lackingOne", {
                  name: one.reader ? format.person(one.reader) : "—",
                  cases: one.cases,
                })}
              </li>
            ))}
          </ul>
        </div>
      )}
      {count.barred > 0 && <p className="note">{t("barred", { cases: count.barred })}</p>}
      {count.frozen > 0 && <p className="note">{t("frozen", { cases: count.frozen })}</p>}
    </>
  );
}
