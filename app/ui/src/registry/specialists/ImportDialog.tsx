import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { ConfirmDialog } from "../../parts/ConfirmDialog";

/** A list takes the place of the earlier one, so it is asked first. */
export function ImportDialog({
  file,
  busy,
  error,
  onConfirm,
  onClose,
}: {
  file: File;
  busy: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("applications");
  const format = useFormat();
  return (
    <ConfirmDialog
      title={t("specialists.import")}
      confirm={t("specialists.replace")}
      busy={busy}
      error={error}
      onConfirm={onConfirm}
      onCancel={onClose}
    >
      <p>
        <strong>{file.name}</strong> ({format.bytes(file.size)})
      </p>
      <p>{t("specialists.means")}</p>
    </ConfirmDialog>
  );
}
