import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { keys, useChange } from "../backend/queries";
import type { CaseDetail } from "../backend/types";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Field } from "../parts/Field";

export function DeclineDialog({
  detail,
  onCancel,
}: {
  detail: CaseDetail;
  onCancel: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const decline = useChange((why: string) => backend.decline(detail.case_id, why), [keys.cases]);
  const empty = reason.trim() === "";
  return (
    <ConfirmDialog
      title={t("action.declineTitle")}
      confirm={t("action.decline")}
      danger
      busy={decline.isPending}
      error={decline.error}
      onConfirm={() => {
        setTried(true);
        if (!empty) decline.mutate(reason.trim(), { onSuccess: onCancel });
      }}
      onCancel={onCancel}
    >
      <p>{t("action.declineText")}</p>
      <Field
        label={t("action.declineReason")}
        required
        error={tried && empty ? t("field.required") : undefined}
      >
        {(control) => (
          <textarea
            {...control}
            rows={3}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
