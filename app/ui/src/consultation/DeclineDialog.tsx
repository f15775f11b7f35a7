import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import type { CaseDetail } from "../backend/types";
import { WithReason } from "../parts/WithReason";

export function DeclineDialog({
  detail,
  onCancel,
}: {
  detail: CaseDetail;
  onCancel: () => void;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <WithReason
      title={t("action.declineTitle")}
      text={t("action.declineText")}
      label={t("action.declineReason")}
      confirm={t("action.decline")}
      act={(reason) => backend.decline(detail.case_id, reason)}
      onClose={onCancel}
    />
  );
}
