import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import { AMENDMENT_KINDS, type AmendmentKind } from "../backend/dutyTypes";
import type { CaseDetail, Report } from "../backend/types";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";
import { useConfirmation } from "../parts/useConfirmation";
import { toothLines, ToothFindings } from "../report/ToothFindings";
import { WordDiff } from "../report/WordDiff";

/** What a new version may say otherwise, as it is shown before it is signed. */
const PARTS = ["technique", "findings", "teeth", "impression", "recommendations"] as const;

/** A new version of my newest final report, with the reason (R6). What was signed stays as it was. */
export function Amend({
  detail,
  onClose,
}: {
  detail: CaseDetail;
  onClose: () => void;
}): ReactElement | null {
  const mine = detail.reports.find((one) => one.mine && one.newest);
  return mine ? <AmendDialog detail={detail} before={mine} onClose={onClose} /> : null;
}

function AmendDialog({
  detail,
  before,
  onClose,
}: {
  detail: CaseDetail;
  before: Report;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation(["duties", "translation", "report"]);
  const [kind, setKind] = useState<AmendmentKind>("addendum");
  const [reason, setReason] = useState("");
  const [teeth, setTeeth] = useState(before.teeth);
  const [report, setReport] = useState({
    technique: before.technique,
    findings: before.findings,
    impression: before.impression,
    recommendations: before.recommendations,
  });
  const { complete, confirmed, fields } = useConfirmation();
  const text = (field: keyof typeof report, rows: number, tried: boolean) => (
    <Prose
      label={t(field === "technique" ? "report:part.technique" : `translation:case.${field}`)}
      value={report[field]}
      onChange={(value) => setReport({ ...report, [field]: value })}
      rows={rows}
      required={field === "findings" || field === "impression"}
      tried={tried}
    />
  );
  const structure = { template: before.template, teeth };
  const now = { ...report, teeth: toothLines(teeth) };
  const then = { ...before, teeth: toothLines(before.teeth) };
  return (
    <SignDialog
      title={t("amend.title", { version: before.version })}
      confirm={t("translation:action.sign")}
      complete={
        complete &&
        allSaid(reason, report.findings, report.impression, ...teeth.map((one) => one.words))
      }
      act={() =>
        confirmed((confirmation) => {
          const said = { kind, reason: reason.trim(), ...report, ...structure };
          return acts.amend(detail.case_id, { ...said, ...confirmation });
        })
      }
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>
            <strong>{detail.patient_name}</strong>
          </p>
          <OneOf
            legend={t("amend.kind")}
            options={AMENDMENT_KINDS}
            chosen={kind}
            onChoose={setKind}
            words={(one) => t(`amend.kinds.${one}`)}
          />
          <Prose
            label={t("amend.reason")}
            value={reason}
            onChange={setReason}
            required
            tried={tried}
          />
          {text("technique", 2, tried)}
          {text("findings", 8, tried)}
          <ToothFindings teeth={teeth} onChange={setTeeth} />
          {text("impression", 3, tried)}
          {text("recommendations", 2, tried)}
          <section className="change" aria-label={t("report:diff.title")}>
            <h3>{t("report:diff.title")}</h3>
            {PARTS.filter((part) => now[part] !== then[part]).map((part) => (
              <div key={part}>
                <strong>{t(`version.field.${part}`)}</strong>
                <WordDiff before={then[part]} after={now[part]} />
              </div>
            ))}
          </section>
          {fields(tried)}
        </>
      )}
    </SignDialog>
  );
}
