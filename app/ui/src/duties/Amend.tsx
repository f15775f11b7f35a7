import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import { AMENDMENT_KINDS, type AmendmentKind } from "../backend/dutyTypes";
import type { CaseDetail, Report } from "../backend/types";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";

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
  const { t } = useTranslation(["duties", "translation"]);
  const [kind, setKind] = useState<AmendmentKind>("addendum");
  const [reason, setReason] = useState("");
  const [report, setReport] = useState({
    findings: before.findings,
    impression: before.impression,
    recommendations: before.recommendations,
  });
  const text = (field: keyof typeof report, rows: number, tried: boolean) => (
    <Prose
      label={t(`translation:case.${field}`)}
      value={report[field]}
      onChange={(value) => setReport({ ...report, [field]: value })}
      rows={rows}
      required={field !== "recommendations"}
      tried={tried}
    />
  );
  return (
    <SignDialog
      title={t("amend.title", { version: before.version })}
      confirm={t("translation:action.sign")}
      complete={allSaid(reason, report.findings, report.impression)}
      act={() => acts.amend(detail.case_id, { kind, reason: reason.trim(), ...report })}
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
          {text("findings", 8, tried)}
          {text("impression", 3, tried)}
          {text("recommendations", 2, tried)}
        </>
      )}
    </SignDialog>
  );
}
