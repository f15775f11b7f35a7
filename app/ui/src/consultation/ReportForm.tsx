import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { keys, useChange } from "../backend/queries";
import type { CaseDetail, ReportDraft } from "../backend/types";
import { useFormat } from "../i18n/format";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Field } from "../parts/Field";
import { asSigned, draft, forgetDrafted, useDrafted } from "./drafted";
import { Drafting } from "./Drafting";

type Words = "findings" | "impression" | "recommendations";

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
  // Kept while the reader is open: whoever looks at an image again finds her words when she comes back.
  const written = useDrafted(detail.case_id);
  const [tried, setTried] = useState(false);
  const [signing, setSigning] = useState(false);
  const sign = useChange(
    (report: ReportDraft) => backend.report(detail.case_id, report),
    [keys.cases],
  );
  const complete = written.findings.trim() !== "" && written.impression.trim() !== "";

  const area = (name: Words, rows: number, required: boolean) => (
    <Field
      label={t(`case.${name}`)}
      required={required}
      error={tried && required && written[name].trim() === "" ? t("field.required") : undefined}
    >
      {(control) => (
        <textarea
          {...control}
          name={name}
          rows={rows}
          value={written[name]}
          onChange={(event) => draft(detail.case_id, () => ({ [name]: event.target.value }))}
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
        <Drafting detail={detail} />
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
          onConfirm={() =>
            sign.mutate(asSigned(written), {
              onSuccess: () => {
                onCancel();
                forgetDrafted(detail.case_id);
              },
            })
          }
          onCancel={() => setSigning(false)}
        >
          <p>
            <strong>{detail.patient_name}</strong>
          </p>
          <p className="prose impression">{written.impression}</p>
          <p>{t("action.signText", { name: detail.with ? format.person(detail.with) : "—" })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
