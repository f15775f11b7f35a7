import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { keys, useChange } from "../backend/queries";
import type { CaseDetail } from "../backend/types";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Field } from "../parts/Field";

/** Only an offer: the node decides, and a refusal says why. */
export function transferActions({ role, state, transfer }: CaseDetail): ("cancel" | "again")[] {
  const open = state === "awaiting_acceptance" || state === "accepted";
  if (!open) return [];
  if (transfer.state === "cancelled") return role === "requesting" ? ["again"] : [];
  const moving = ["queued", "connecting", "transferring"].includes(transfer.state);
  // Before she has accepted, the reader declines instead.
  return moving && (role === "requesting" || state === "accepted") ? ["cancel"] : [];
}

/** Ends a transfer, or begins it again. */
export function TransferActions({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation("delivery");
  const [open, setOpen] = useState(false);
  const [action] = transferActions(detail);
  if (!action) return null;
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" className="button button-wide" onClick={() => setOpen(true)}>
        {t(`${action}.button`)}
      </button>
      {open && action === "cancel" && <CancelDialog id={detail.case_id} onClose={close} />}
      {open && action === "again" && <AgainDialog id={detail.case_id} onClose={close} />}
    </>
  );
}

function CancelDialog({ id, onClose }: { id: string; onClose: () => void }): ReactElement {
  const { t } = useTranslation(["delivery", "translation"]);
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const cancel = useChange(
    (why: string) => backend.cancelTransfer(id, why),
    [keys.cases, keys.studies],
  );
  const empty = reason.trim() === "";
  return (
    <ConfirmDialog
      title={t("cancel.title")}
      confirm={t("cancel.button")}
      cancel={t("cancel.keep")}
      danger
      busy={cancel.isPending}
      error={cancel.error}
      onConfirm={() => {
        setTried(true);
        if (!empty) cancel.mutate(reason.trim(), { onSuccess: onClose });
      }}
      onCancel={onClose}
    >
      <p>{t("cancel.text")}</p>
      <Field
        label={t("cancel.reason")}
        required
        error={tried && empty ? t("translation:field.required") : undefined}
      >
        {(control) => (
          <textarea
            {...control}
            rows={2}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}

function AgainDialog({ id, onClose }: { id: string; onClose: () => void }): ReactElement {
  const { t } = useTranslation("delivery");
  const again = useChange(backend.sendAgain, [keys.cases]);
  return (
    <ConfirmDialog
      title={t("again.title")}
      confirm={t("again.button")}
      busy={again.isPending}
      error={again.error}
      onConfirm={() => again.mutate(id, { onSuccess: onClose })}
      onCancel={onClose}
    >
      <p>{t("again.text")}</p>
    </ConfirmDialog>
  );
}
