import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { passing, usePassingAct } from "../backend/passing";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { allSaid, Prose } from "../parts/Prose";

/** Takes an offer back, or declines it. */
export function EndDialog({
  title,
  other,
  onClose,
}: {
  title: string;
  other: string;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("passing");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const end = usePassingAct((why: string) => passing.end(other, why));
  return (
    <ConfirmDialog
      title={title}
      confirm={title}
      busy={end.isPending}
      error={end.error}
      onConfirm={() => {
        setTried(true);
        if (allSaid(reason)) end.mutate(reason.trim(), { onSuccess: onClose });
      }}
      onCancel={onClose}
    >
      <Prose
        label={t("reason")}
        value={reason}
        onChange={setReason}
        rows={1}
        required
        tried={tried}
      />
    </ConfirmDialog>
  );
}
