import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { REPORT_TEXTS, type ReportText } from "../backend/reportTypes";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";
import { DisplayForReport } from "../governance/DisplayForReport";
import { Field } from "../parts/Field";
import { SignDialog } from "../parts/SignDialog";
import { useConfirmation } from "../parts/useConfirmation";
import { forgetKept, useAutosave } from "../report/autosave";
import { DraftNote } from "../report/DraftNote";
import { PreviewButton } from "../report/PreviewButton";
import { TemplateChooser } from "../report/TemplateChooser";
import { ToothFindings } from "../report/ToothFindings";
import { asSigned, draft, forgetDrafted, useDrafted } from "./drafted";
import { Drafting } from "./Drafting";

/** Write, look once more, sign. What is written is kept at the node until it is signed. */
export function ReportForm({
  detail,
  onCancel,
}: {
  detail: CaseDetail;
  onCancel: () => void;
}): ReactElement {
  const { t } = useTranslation(["translation", "report"]);
  const id = detail.case_id;
  // Kept while the reader is open: whoever looks at an image again finds her words when she comes back.
  const written = useDrafted(id);
  const keeping = useAutosave(id);
  // What was kept and not yet seen is neither written over nor, by signing, thrown away.
  const answered = keeping.state === "kept" || keeping.state === "failed";
  const [cursor, setCursor] = useState<{ part: ReportText; at: number } | null>(null);
  const [tried, setTried] = useState(false);
  const [signing, setSigning] = useState(false);
  const wordless = written.teeth.some((one) => one.words.trim() === "");
  const complete = written.findings.trim() !== "" && written.impression.trim() !== "" && !wordless;

  const area = (name: ReportText, rows: number, required: boolean) => (
    <Field
      label={t(name === "technique" ? "report:part.technique" : `case.${name}`)}
      required={required}
      error={tried && required && written[name].trim() === "" ? t("field.required") : undefined}
    >
      {(control) => (
        <textarea
          {...control}
          name={name}
          rows={rows}
          value={written[name]}
          onSelect={({ currentTarget }) =>
            setCursor({ part: name, at: currentTarget.selectionStart })
          }
          onChange={(event) => draft(id, () => ({ [name]: event.target.value }))}
        />
      )}
    </Field>
  );

  return (
    <>
      <form
        className="report-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          setSigning(complete);
        }}
      >
        <DraftNote caseId={id} keeping={keeping} />
        <fieldset className="answered" disabled={!answered}>
          <TemplateChooser
            modalities={detail.modalities}
            chosen={written.template}
            texts={written}
            cursor={cursor}
            onChoose={(template) => draft(id, () => ({ template }))}
            onTexts={({ technique, findings, impression, recommendations }) =>
              draft(id, () => ({ technique, findings, impression, recommendations }))
            }
          />
          {area("technique", 2, false)}
          <DisplayForReport
            modalities={detail.modalities}
            text={written.technique}
            onText={(technique) => draft(id, () => ({ technique }))}
          />
          {area("findings", 8, true)}
          <ToothFindings teeth={written.teeth} onChange={(teeth) => draft(id, () => ({ teeth }))} />
          {tried && wordless && (
            <p className="note note-problem" role="alert">
              {t("report:teeth.wordless")}
            </p>
          )}
          {area("impression", 3, true)}
          {area("recommendations", 3, false)}
          <Drafting detail={detail} />
        </fieldset>
        <div className="buttons">
          <button type="button" className="button" onClick={onCancel}>
            {t("common.cancel")}
          </button>
          <PreviewButton caseId={id} report={asSigned(written)} />
          <button type="submit" className="button button-primary" disabled={!answered}>
            {t("action.sign")}
          </button>
        </div>
      </form>
      {signing && (
        <SignReport
          detail={detail}
          written={written}
          onClose={() => setSigning(false)}
          onSigned={() => {
            onCancel();
            forgetKept(id);
            forgetDrafted(id);
          }}
        />
      )}
    </>
  );
}

/** Shows once more what is signed; passphrase and second factor are asked for in its own right. */
function SignReport({
  detail,
  written,
  onClose,
  onSigned,
}: {
  detail: CaseDetail;
  written: ReturnType<typeof useDrafted>;
  onClose: () => void;
  onSigned: () => void;
}): ReactElement {
  const { t } = useTranslation(["translation", "report"]);
  const format = useFormat();
  const { complete, confirmed, fields } = useConfirmation();
  return (
    <SignDialog
      title={t("action.signTitle")}
      confirm={t("action.sign")}
      complete={complete}
      act={() =>
        confirmed(async (confirmation) => {
          await backend.report(detail.case_id, { ...asSigned(written), ...confirmation });
          onSigned();
        })
      }
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>
            <strong>{detail.patient_name}</strong>
          </p>
          <p className="prose impression">{written.impression}</p>
          {REPORT_TEXTS.some((part) => written[part].includes("○")) && (
            <p className="note note-problem" role="alert">
              {t("report:template.left")}
            </p>
          )}
          <p>{t("action.signText", { name: detail.with ? format.person(detail.with) : "—" })}</p>
          {fields(tried)}
        </>
      )}
    </SignDialog>
  );
}
