import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Deputy } from "../backend/absenceTypes";
import { useFormat } from "../i18n/format";

/** Whose turn it is in the group for which somebody stands. */
export function DutyNote({
  onDuty,
  ask,
}: {
  onDuty: Deputy[];
  /** Left out where nobody can be asked from. */
  ask?: ((deputy: Deputy) => void) | undefined;
}): ReactElement | null {
  const { t } = useTranslation("absence");
  const format = useFormat();
  if (onDuty.length === 0) return null;
  return (
    <div className="note" role="note">
      {onDuty.map((one) => (
        <p key={one.fingerprint}>
          {t("roster.onDuty", { name: format.person(one) })}{" "}
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
