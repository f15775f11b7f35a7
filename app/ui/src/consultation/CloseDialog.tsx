import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { keys, useChange } from "../backend/queries";
import type { CaseDetail, Closing, Practitioner } from "../backend/types";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Field } from "../parts/Field";

/** Closing records what became of explaining the result to the patient. */
export function CloseDialog({
  detail,
  me,
  onCancel,
}: {
  detail: CaseDetail;
  me: Practitioner;
  onCancel: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const [informed, setInformed] = useState(true);
  const [by, setBy] = useState(me.name_ja);
  const [because, setBecause] = useState("");
  const [tried, setTried] = useState(false);
  const close = useChange(
    (closing: Closing) => backend.close(detail.case_id, closing),
    [keys.cases],
  );
  const text = (informed ? by : because).trim();
  const setText = informed ? setBy : setBecause;
  const closing: Closing = informed
    ? { patient_informed_by: text }
    : { not_informed_because: text };
  return (
    <ConfirmDialog
      title={t("action.closeTitle")}
      confirm={t("action.close")}
      busy={close.isPending}
      error={close.error}
      onConfirm={() => {
        setTried(true);
        if (text !== "") close.mutate(closing, { onSuccess: onCancel });
      }}
      onCancel={onCancel}
    >
      <p>{t("action.closeText")}</p>
      <fieldset className="choices">
        <label>
          <input type="radio" checked={informed} onChange={() => setInformed(true)} />
          {t("action.informed")}
        </label>
        <label>
          <input type="radio" checked={!informed} onChange={() => setInformed(false)} />
          {t("action.notInformed")}
        </label>
      </fieldset>
      <Field
        label={t(informed ? "action.informedBy" : "action.notInformedBecause")}
        required
        error={tried && text === "" ? t("field.required") : undefined}
      >
        {(control) => (
          <input
            {...control}
            value={informed ? by : because}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
