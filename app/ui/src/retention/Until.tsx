import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
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
  if (until === null) return null;
  return (
    <>
      {until.day}
      {over && <strong> {t("over")}</strong>}
    </>
  );
}
