import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/format";
import type { components } from "../backend/generated";

/** The last day on which something must be kept, and whether that is over. */
export function Until({
  until,
  over,
}: {
  until: components["schemas"]["Until"] | null;
  over: boolean;
}): ReactElement | null {
  const { t } = useTranslation("retention");
  const format = useFormat();
  if (until === null) return null;
  return (
    <>
      {format.date(until.day)}
      {over && <strong> {t("over")}</strong>}
    </>
  );
}
