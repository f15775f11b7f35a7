import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import type { CaseDetail, Practitioner } from "../backend/types";
import { allSaid, Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";
import { toExplain } from "./offered";

/** Records that a result was explained to the patient: of the first thing that was not yet. */
export function Inform({
  detail,
  me,
  onClose,
}: {
  detail: CaseDetail;
  me: Practitioner;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("duties");
  const [by, setBy] = useState(me.name_ja);
  const [note, setNote] = useState("");
  const [about] = toExplain(detail);
  const urgent = detail.urgent.find((one) => one.entry_id === about);
  const report = detail.reports.find((one) => one.entry_id === about);
  return (
    <SignDialog
      title={t("inform.title")}
      confirm={t("inform.confirm")}
      complete={allSaid(by)}
      act={() =>
        acts.inform(detail.case_id, {
          by: by.trim(),
          note: note.trim(),
          ...(about === undefined ? {} : { about }),
        })
      }
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>
            <strong>{detail.patient_name}</strong>
          </p>
          <p className="prose impression">{urgent?.finding ?? report?.impression}</p>
          <Prose
            label={t("inform.by")}
            value={by}
            onChange={setBy}
            rows={1}
            required
            tried={tried}
          />
          <Prose label={t("inform.note")} value={note} onChange={setNote} />
        </>
      )}
    </SignDialog>
  );
}
