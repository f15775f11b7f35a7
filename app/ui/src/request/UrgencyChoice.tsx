import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Urgency } from "../backend/types";

const URGENCIES: readonly Urgency[] = ["routine", "urgent", "emergency"];

/** How soon it is to be read. */
export function UrgencyChoice({
  chosen,
  onChoose,
}: {
  chosen: Urgency;
  onChoose: (urgency: Urgency) => void;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <fieldset className="choices">
      <legend>{t("request.urgency")}</legend>
      {URGENCIES.map((urgency) => (
        <label key={urgency}>
          <input
            type="radio"
            name="urgency"
            checked={chosen === urgency}
            onChange={() => onChoose(urgency)}
          />
          {t(`urgency.${urgency}`)}
        </label>
      ))}
    </fieldset>
  );
}
