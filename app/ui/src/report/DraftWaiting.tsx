import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "../backend/queries";
import { reports } from "../backend/reports";
import { useFormat } from "../i18n/format";

/** That there is a report begun and not signed. */
export function DraftWaiting({ caseId }: { caseId: string }): ReactElement | null {
  const { t } = useTranslation("report");
  const format = useFormat();
  const draft = useQuery({
    queryKey: [...keys.case(caseId), "draft"],
    queryFn: () => reports.draft(caseId),
    staleTime: 0,
  });
  if (!draft.data) return null;
  return (
    <p className="quiet">
      {t("draft.waiting")} {t("draft.savedAt", { at: format.dateTime(draft.data.saved_at) })}
    </p>
  );
}
