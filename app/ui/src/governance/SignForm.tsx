import { useState, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSign, type Statement } from "../backend/governance";
import { ConfirmDialog } from "../parts/ConfirmDialog";

/** A dialog that signs a record when it is confirmed, and only once nothing that is needed is missing. */
export function SignForm({
  title,
  statement,
  complete,
  danger = false,
  confirm,
  onClose,
  children,
}: {
  title: string;
  /** Made when it is confirmed. */
  statement: () => Statement;
  complete: boolean;
  danger?: boolean;
  confirm?: string;
  onClose: () => void;
  children: (tried: boolean) => ReactNode;
}): ReactElement {
  const { t } = useTranslation("governance");
  const [tried, setTried] = useState(false);
  const sign = useSign();
  return (
    <ConfirmDialog
      title={title}
      confirm={confirm ?? t("sign")}
      danger={danger}
      busy={sign.isPending}
      error={sign.error}
      onConfirm={() => {
        setTried(true);
        if (complete) sign.mutate(statement(), { onSuccess: onClose });
      }}
      onCancel={onClose}
    >
      {children(tried)}
      <p className="quiet">{t("declares")}</p>
    </ConfirmDialog>
  );
}
