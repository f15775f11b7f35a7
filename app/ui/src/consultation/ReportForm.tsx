import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { keys, useChange } from "../backend/queries";
import type { CaseDetail, ReportDraft } from "../backend/types";
import { useFormat } from "../i18n/format";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Field } from "../parts/Field";

const EMPTY: ReportDraft = { findings: "", impression: "", recommendations: "" };

/** Write, look once more, sign. */
export function ReportForm({
  detail,
  onCancel,
}: {
  detail: CaseDetail;
  onCancel: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const [draft, setDraft] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const [signing, setSigning] = useState(false);
  const sign = useChange(
    (report: ReportDraft) => backend.report(detail.case_id, report),
    [keys.cases],
  );
  const complete = draft.findings.trim() !== "" && draft.impression.trim() !== "";

  const area = (name: keyof ReportDraft, rows: number, required: boolean) => (
    <Field
      label={t(`case.${name}`)}
      required={required}
      error={tried && required && draft[name].trim() === "" ? t("field.required") : undefined}
    >
      {(control) => (
        <textarea
          {...control}
          name={name}
          rows={rows}
          value={draft[name]}
          onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
        />
      )}
    </Field>
  );

  return (
    <>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          setSigning(complete);
        }}
      >
        {area("findings", 8, true)}
        {area("impression", 3, true)}
        {area("recommendations", 3, false)}
        <div className="buttons">
          <button type="button" className="button" onClick={onCancel}>
            {t("common.cancel")}
          </button>
          <button type="submit" className="button button-primary">
            {t("action.sign")}
          </button>
        </div>
      </form>
      {signing && (
        <ConfirmDialog
          title={t("action.signTitle")}
          confirm={t("action.sign")}
          busy={sign.isPending}
          error={sign.error}
          onConfirm={() => sign.mutate(draft, { onSuccess: onCancel })}
          onCancel={() => setSigning(false)}
        >
          <p>
            <strong>{detail.patient_name}</strong>
          </p>
          <p className="prose impression">{draft.impression}</p>
          <p>{t("action.signText", { name: detail.with ? format.person(detail.with) : "—" })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
