import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { allSaid, Prose } from "./Prose";
import { SignDialog } from "./SignDialog";

/** Asks for the reason of something that ends. */
export function WithReason({
  title,
  text,
  label,
  confirm,
  act,
  onClose,
}: {
  title: string;
  text: string;
  /** "Reason" when nothing else is said. */
  label?: string;
  confirm: string;
  act: (reason: string) => Promise<unknown>;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("duties");
  const [reason, setReason] = useState("");
  return (
    <SignDialog
      title={title}
      confirm={confirm}
      danger
      complete={allSaid(reason)}
      act={() => act(reason.trim())}
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>{text}</p>
          <Prose
            label={label ?? t("reason")}
            value={reason}
            onChange={setReason}
            rows={3}
            required
            tried={tried}
          />
        </>
      )}
    </SignDialog>
  );
}
