import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { Field } from "../../parts/Field";
import { registry } from "../client";
import { useAct } from "../useAct";
import type { Application } from "./types";

/** As long as the registry takes it, characters. */
const LONGEST = 1000;
const COMMON = ["illegible", "unlisted", "mismatch", "incomplete"] as const;

export function RefuseDialog({
  application,
  onClose,
}: {
  application: Application;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("applications");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const refuse = useAct(() => registry.refuseApplication(application.id, reason.trim()));
  const missing = reason.trim() === "";
  return (
    <ConfirmDialog
      title={t("decision.about", { act: t("decision.refuse"), subject: application.subject })}
      confirm={t("refuse.confirm")}
      danger
      busy={refuse.isPending}
      error={refuse.error}
      onCancel={onClose}
      onConfirm={() => {
        setTried(true);
        if (!missing) refuse.mutate(undefined, { onSuccess: onClose });
      }}
    >
      <p>{t("refuse.means")}</p>
      <Field
        label={t("refuse.reason")}
        required
        hint={t("refuse.hint")}
        error={tried && missing ? t("refuse.missing") : undefined}
      >
        {(control) => (
          <textarea
            {...control}
            name="reason"
            rows={4}
            maxLength={LONGEST}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <div className="chips" role="group" aria-label={t("refuse.common")}>
        {COMMON.map((one) => (
          <button
            key={one}
            type="button"
            className="button button-quiet"
            onClick={() => setReason(t(`refuse.example.${one}`))}
          >
            {t(`refuse.short.${one}`)}
          </button>
        ))}
      </div>
    </ConfirmDialog>
  );
}
