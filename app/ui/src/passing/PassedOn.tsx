import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";

/** Who has taken the case over, and to whom it is offered; a reader is told what it waits for (R5, R8). */
export function PassedOn({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation("passing");
  const format = useFormat();
  const offer = detail.hand_over;
  if (!offer && detail.taken_over.length === 0) return null;
  return (
    <section className="card" aria-labelledby="passed-title">
      <h2 id="passed-title">{t("caseTitle")}</h2>
      {detail.taken_over.map((one) => (
        <p key={one.entry_id} data-taken={one.lost ?? "offered"}>
          {t(one.lost ? "takenAlone" : "taken", {
            from: one.from ? format.person(one.from) : "—",
            by: one.name,
            at: format.dateTime(one.at),
          })}
        </p>
      ))}
      {offer && (
        <div className="note" role="status">
          <p>{t("caseOffered", { name: offer.name, at: format.dateTime(offer.at) })}</p>
          {offer.waits_for_me && (
            <p>
              <strong>{t("waitsForMe", { name: offer.name })}</strong>
            </p>
          )}
          {(offer.waits_for ?? 0) > 0 && <p>{t("waitsFor", { readers: offer.waits_for })}</p>}
        </div>
      )}
    </section>
  );
}
