import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { AbsenceView, Deputy } from "../backend/absenceTypes";
import { useFormat } from "../i18n/format";

/** That somebody is away, now or soon, and who stands in: to be asked with a click, where that makes sense. */
export function AbsenceNote({
  name,
  absence,
  ask,
}: {
  name: string;
  absence: AbsenceView;
  /** Left out where nobody can be asked from. */
  ask?: ((deputy: Deputy) => void) | undefined;
}): ReactElement {
  const { t } = useTranslation("absence");
  const format = useFormat();
  const times = {
    name,
    from: format.dateTime(absence.from),
    until: format.dateTime(absence.until),
  };
  return (
    <div className="note" role="note">
      <p>{t(absence.away_now ? "now" : "soon", times)}</p>
      {absence.deputies.length === 0 && <p>{t("nobody")}</p>}
      {absence.deputies.map((one) => (
        <p key={one.fingerprint}>
          {t("standsIn", { name: format.person(one) })}{" "}
          <span className="quiet">{one.institution}</span>{" "}
          {ask && one.may_read && (
            <button type="button" className="button" onClick={() => ask(one)}>
              {t("ask", { name: format.person(one) })}
            </button>
          )}
        </p>
      ))}
    </div>
  );
}
