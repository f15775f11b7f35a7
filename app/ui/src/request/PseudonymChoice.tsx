import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";

/** Whether the study goes under a pseudonym. */
export function PseudonymChoice({
  chosen,
  onChoose,
}: {
  chosen: boolean;
  onChoose: (chosen: boolean) => void;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <label className="check">
      <input
        type="checkbox"
        name="pseudonymise"
        checked={chosen}
        onChange={(event) => onChoose(event.target.checked)}
      />
      {t("request.pseudonymise")}
    </label>
  );
}
