import { useEffect, useId, useRef, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "./ProblemNote";

/** Asks once more before something is signed: what is signed stays. */
export function ConfirmDialog({
  title,
  confirm,
  danger = false,
  busy,
  error,
  onConfirm,
  onCancel,
  children,
}: {
  title: string;
  confirm: string;
  danger?: boolean;
  busy: boolean;
  error: Error | null;
  onConfirm: () => void;
  onCancel: () => void;
  children: ReactNode;
}): ReactElement {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onCancel();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <h2 id={titleId}>{title}</h2>
        {children}
        {error && <ProblemNote error={error} />}
        <div className="buttons">
          <button type="button" className="button" onClick={onCancel} disabled={busy}>
            {t("common.cancel")}
          </button>
          <button
            type="submit"
            className={danger ? "button button-danger" : "button button-primary"}
            disabled={busy}
          >
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}
