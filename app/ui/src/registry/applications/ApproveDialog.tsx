import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { DaysField } from "../DaysField";
import { registry } from "../client";
import { useRegistryStatus } from "../queries";
import { useAct } from "../useAct";
import { useMoment } from "../useMoment";
import { QualificationChoice } from "./QualificationChoice";
import { approvalOf, firstDraft, mostOf, problemOf, usualDays } from "./approval";
import type { Application, Finding } from "./types";

/** How it is approved: scope, time, qualifications; and what will then happen. */
export function ApproveDialog({
  application,
  onClose,
}: {
  application: Application;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("applications");
  const { claims } = application.application;
  const [draft, setDraft] = useState(() => firstDraft(application));
  const [tried, setTried] = useState(false);
  const approve = useAct(() =>
    registry.approveApplication(application.id, approvalOf(draft, claims)),
  );
  const warnings = application.findings.filter((finding) => finding.weight === "warning");
  const problem = problemOf(draft, warnings.length > 0);
  return (
    <ConfirmDialog
      title={t("decision.about", { act: t("decision.approve"), subject: application.subject })}
      confirm={t("approve.confirm")}
      busy={approve.isPending}
      error={approve.error}
      onCancel={onClose}
      onConfirm={() => {
        setTried(true);
        if (problem === null) approve.mutate(undefined, { onSuccess: onClose });
      }}
    >
      {claims.kind === "practitioner" && (
        <>
          <QualificationChoice
            claims={claims}
            findings={application.findings}
            chosen={draft.qualifications}
            onChange={(qualifications) => setDraft({ ...draft, qualifications })}
          />
          <fieldset className="choices choices-tall">
            <legend>{t("order.scope")}</legend>
            {[false, true].map((provisional) => (
              <label key={String(provisional)}>
                <input
                  type="radio"
                  name="scope"
                  checked={draft.provisional === provisional}
                  onChange={() => setDraft({ ...draft, provisional, days: usualDays(provisional) })}
                />
                <span>
                  {t(provisional ? "scope.provisional" : "scope.full")}
                  <span className="quiet"> {t(provisional ? "scope.narrow" : "scope.whole")}</span>
                </span>
              </label>
            ))}
          </fieldset>
        </>
      )}
      <DaysField
        value={draft.days}
        most={mostOf(draft)}
        wrong={tried && problem === "days"}
        onChange={(days) => setDraft({ ...draft, days })}
      />
      {warnings.length > 0 && (
        <Warnings
          warnings={warnings}
          seen={draft.seen}
          missing={tried && problem === "seen"}
          onSeen={(seen) => setDraft({ ...draft, seen })}
        />
      )}
      <WhatHappens draft={draft} practitioner={claims.kind === "practitioner"} />
    </ConfirmDialog>
  );
}

/** Doubts are told once more, and are not passed over by a habit of clicking. */
function Warnings({
  warnings,
  seen,
  missing,
  onSeen,
}: {
  warnings: Finding[];
  seen: boolean;
  missing: boolean;
  onSeen: (seen: boolean) => void;
}): ReactElement {
  const { t, i18n } = useTranslation("applications");
  return (
    <div className="note">
      <ul className="dots">
        {warnings.map((finding) => (
          <li key={finding.code + finding.english}>
            {i18n.language === "en" ? finding.english : finding.japanese}
          </li>
        ))}
      </ul>
      <label className="check">
        <input
          type="checkbox"
          name="seen"
          checked={seen}
          aria-invalid={missing}
          onChange={(event) => onSeen(event.target.checked)}
        />
        {t("approve.seen")}
      </label>
      {missing && (
        <p className="unsure" role="alert">
          {t("approve.seenMissing")}
        </p>
      )}
    </div>
  );
}

function WhatHappens({
  draft,
  practitioner,
}: {
  draft: ReturnType<typeof firstDraft>;
  practitioner: boolean;
}): ReactElement {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  const fourEyes = useRegistryStatus().data?.four_eyes ?? false;
  const days = Number(draft.days);
  const reads = draft.qualifications.length > 0 && !draft.provisional;
  return (
    <div className="happens">
      <h3>{t("approve.happens")}</h3>
      <ul className="dots">
        <li>{t(fourEyes ? "approve.waits" : "approve.now")}</li>
        {days > 0 && <li>{t("approve.until", { day: moment.inDays(days) })}</li>}
        {practitioner && <li>{t(reads ? "approve.reads" : "approve.readsNot")}</li>}
      </ul>
    </div>
  );
}
