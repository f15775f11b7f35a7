import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/format";

/** Writes the registry's times (seconds since 1970) for people. */
export function useMoment() {
  const format = useFormat();
  const { t } = useTranslation("registry");
  return {
    at: (seconds: number) => format.dateTime(new Date(seconds * 1000).toISOString()),
    age: (seconds: number) => t("hours", { hours: (seconds / 3600).toFixed(1) }),
  };
}
