import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { together, type Comparison } from "../backend/together";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";
import { Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";
import { DraftNote } from "../report/DraftNote";
import { forgetOpinion, opinionDraft, useOpinion, write, type Opinion } from "./opinion";
import { useConfirmation } from "../parts/useConfirmation";

/** Says what follows from one's own report and another reader's; kept at the node until it is signed. */
export function Reconcile({
  detail,
  comparison,
  onClose,
}: {
  detail: CaseDetail;
  comparison: Comparison;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation(["together", "translation"]);
  const id = detail.case_id;
  const { written, keeping } = useOpinion(id);
  // What was kept and not yet seen is neither written over nor, by signing, thrown away.
  const answered = keeping.state === "kept" || keeping.state === "failed";
  const [tried, setTried] = useState(false);
  const [signing, setSigning] = useState(false);
  const said = written.opinion.trim() !== "";
  return (
    <>
      <form
        className="report-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          setSigning(said);
        }}
      >
        <h3>{t("reconcile.title")}</h3>
        <p className="quiet">{t("reconcile.help")}</p>
        <DraftNote caseId={id} keeping={keeping} acts={opinionDraft} />
        <fieldset className="answered" disabled={!answered}>
          <Prose
            label={t("reconcile.opinion")}
            value={written.opinion}
            onChange={(opinion) => write(id, { opinion })}
            rows={5}
            required
            tried={tried}
          />
          <Prose
            label={t("reconcile.recommendations")}
            value={written.recommendations}
            onChange={(recommendations) => write(id, { recommendations })}
            rows={2}
          />
        </fieldset>
        <div className="buttons">
          <button type="button" className="button" onClick={onClose}>
            {t("translation:common.cancel")}
          </button>
          <button type="submit" className="button button-primary" disabled={!answered}>
            {t("reconcile.sign")}
          </button>
        </div>
      </form>
      {signing && (
        <Sign
          detail={detail}
          comparison={comparison}
          written={written}
          onClose={() => setSigning(false)}
          onSigned={onClose}
        />
      )}
    </>
  );
}

function Sign({
  detail,
  comparison,
  written,
  onClose,
  onSigned,
}: {
  detail: CaseDetail;
  comparison: Comparison;
  written: Opinion;
  onClose: () => void;
  onSigned: () => void;
}): ReactElement {
  const { t } = useTranslation("together");
  const format = useFormat();
  const { complete, confirmed, fields } = useConfirmation();
  const other = comparison.first.mine ? comparison.second : comparison.first;
  return (
    <SignDialog
      title={t("reconcile.signTitle")}
      confirm={t("reconcile.sign")}
      complete={complete}
      act={() =>
        confirmed(async (confirmation) => {
          const { opinion, recommendations } = written;
          const said = { opinion: opinion.trim(), recommendations: recommendations.trim() };
          const signed = { other: other.entry_id, ...said, ...confirmation };
          await together.reconcile(detail.case_id, signed);
          forgetOpinion(detail.case_id);
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
          <p className="prose impression">{written.opinion}</p>
          <p>{t("reconcile.signText", { name: other.by ? format.person(other.by) : "—" })}</p>
          {fields(tried)}
        </>
      )}
    </SignDialog>
  );
}
