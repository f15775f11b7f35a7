import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Urgency } from "../backend/types";
import { OneOf } from "../parts/OneOf";

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
    <OneOf
      legend={t("request.urgency")}
      options={URGENCIES}
      chosen={chosen}
      onChoose={onChoose}
      words={(urgency) => t(`urgency.${urgency}`)}
    />
  );
}
