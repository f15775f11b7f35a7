import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import { CATEGORIES, type Category } from "../backend/dutyTypes";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";
import { Contacts } from "./Contacts";

/** A reader tells what cannot wait, with or without a report. */
export function TellUrgent({
  detail,
  onClose,
}: {
  detail: CaseDetail;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("duties");
  const format = useFormat();
  const [category, setCategory] = useState<Category>("minutes");
  const [finding, setFinding] = useState("");
  const [advice, setAdvice] = useState("");
  const [contact, setContact] = useState("");
  return (
    <SignDialog
      title={t("urgent.tellTitle")}
      confirm={t("urgent.tellNow")}
      danger
      complete={allSaid(finding, advice, contact)}
      act={() =>
        acts.tellUrgent(detail.case_id, {
          category,
          finding: finding.trim(),
          advice: advice.trim(),
          contact: contact.trim(),
        })
      }
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>
            <strong>{detail.patient_name}</strong>
            {detail.with && ` · ${format.person(detail.with)}`}
          </p>
          <p>{t("urgent.tellText")}</p>
          <OneOf
            legend={t("urgent.categoryTitle")}
            options={CATEGORIES}
            chosen={category}
            onChoose={setCategory}
            words={(one) => t(`urgent.category.${one}`)}
          />
          <Prose
            label={t("finding")}
            value={finding}
            onChange={setFinding}
            required
            tried={tried}
          />
          <Prose label={t("advice")} value={advice} onChange={setAdvice} required tried={tried} />
          <Prose
            label={t("urgent.contact")}
            hint={t("urgent.contactHint")}
            value={contact}
            onChange={setContact}
            rows={1}
            required
            tried={tried}
          />
          <Contacts contacts={detail.contacts} />
        </>
      )}
    </SignDialog>
  );
}
