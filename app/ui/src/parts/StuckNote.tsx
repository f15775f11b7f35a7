import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Stuck } from "../backend/types";
import { useFormat } from "../i18n/format";
import { deliveryJa } from "../i18n/delivery.ja";
import { isKnown } from "./ProblemNote";

type Reason = keyof typeof deliveryJa.reason;

const isReason = (code: string): code is Reason => code in deliveryJa.reason;

/** Why something stands still, since when, and when it is tried again. Nothing when it does not. */
export function StuckNote({ stuck }: { stuck: Stuck }): ReactElement | null {
  const { t } = useTranslation(["delivery", "translation"]);
  const format = useFormat();
  const { reason, since, next_try } = stuck;
  if (!reason) return null;
  return (
    <span>
      {isReason(reason)
        ? t(`reason.${reason}`)
        : isKnown(reason)
          ? t(`translation:problem.${reason}.detail`)
          : t("reason.other", { code: reason })}
      {since && ` ${t("since", { at: format.dateTime(since) })}`}
      {next_try && ` · ${t("nextTry", { at: format.time(next_try) })}`}
    </span>
  );
}
