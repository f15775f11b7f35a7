import { useState, type ReactElement, type ReactNode } from "react";
import { useAct } from "../backend/duties";
import { ConfirmDialog } from "./ConfirmDialog";

/** A dialog that signs something in a case when it is confirmed, and only once nothing that is needed is missing. */
export function SignDialog({
  title,
  confirm,
  cancel,
  danger = false,
  complete,
  act,
  onClose,
  children,
}: {
  title: string;
  confirm: string;
  cancel?: string;
  danger?: boolean;
  complete: boolean;
  act: () => Promise<unknown>;
  onClose: () => void;
  /** Told whether it was tried: only then is what is missing complained of. */
  children: (tried: boolean) => ReactNode;
}): ReactElement {
  const [tried, setTried] = useState(false);
  const signed = useAct(act);
  return (
    <ConfirmDialog
      title={title}
      confirm={confirm}
      cancel={cancel}
      danger={danger}
      busy={signed.isPending}
      error={signed.error}
      onConfirm={() => {
        setTried(true);
        if (complete) signed.mutate(undefined, { onSuccess: onClose });
      }}
      onCancel={onClose}
    >
      {children(tried)}
    </ConfirmDialog>
  );
}
