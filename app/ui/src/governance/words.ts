import { useTranslation } from "react-i18next";
import { useChecklist, type Due } from "../backend/governance";
import { useFormat } from "../i18n/format";

/** What is due, in a line. */
export function useDueWords(): (due: Due) => string {
  const { t, i18n } = useTranslation("governance");
  const items = useChecklist().data?.items ?? [];
  const format = useFormat();
  return (due) => {
    const item = items.find((one) => due.what === "finding" && one.word === due.about);
    const name =
      due.what === "policy"
        ? t(`kind.${due.about as "management"}`)
        : ((i18n.language === "en" ? item?.en : item?.ja) ?? (due.name || due.about));
    const what = t(`due.${due.what}`, { name });
    const day = due.day ? format.date(due.day) : null;
    if (due.state === "failed") return t("state.failed", { what });
    if (due.state === "soon") return t("state.soon", { what, day: day ?? "—" });
    if (due.state === "overdue")
      return day ? t("state.overdue", { what, day }) : t("state.overdueSince", { what });
    return day ? t("state.until", { what, day }) : t("state.missing", { what });
  };
}

/** The day a year after this one, for what is signed for a year. */
export function yearAfter(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 364);
  return at.toISOString().slice(0, 10);
}
