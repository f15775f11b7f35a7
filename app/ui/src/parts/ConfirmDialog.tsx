import { useEffect, useId, useRef, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "./ProblemNote";

/** Asks once more before something is signed: what is signed stays. */
export function ConfirmDialog({
  title,
  confirm,
  cancel,
  danger = false,
  busy,
  disabled = false,
  error,
  onConfirm,
  onCancel,
  children,
}: {
  title: string;
  confirm: string;
  /** What leaves it; "Cancel" when nothing else is said. */
  cancel?: string | undefined;
  danger?: boolean;
  busy: boolean;
  /** Something that is asked for is still missing. */
  disabled?: boolean;
  error: Error | null;
  onConfirm: () => void;
  onCancel: () => void;
  children: ReactNode;
}): ReactElement {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    // Whoever works by keyboard goes on where she was.
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
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
            {cancel ?? t("common.cancel")}
          </button>
          <button
            type="submit"
            className={danger ? "button button-danger" : "button button-primary"}
            disabled={busy || disabled}
          >
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}
