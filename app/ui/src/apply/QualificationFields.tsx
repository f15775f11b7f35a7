import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { QualificationCode } from "../backend/setupTypes";
import type { PartOfForm } from "./ApplyForm";
import { QUALIFICATIONS, type ClaimedQualification } from "./draft";
import type { Faults } from "./faults";
import { TextInput } from "./TextInput";

/** What she may read: each qualification with its number and its end. */
export function QualificationFields({ draft, faults, change }: PartOfForm): ReactElement {
  const { t } = useTranslation("applications");
  const set = (code: QualificationCode, part: Partial<ClaimedQualification>) =>
    change({
      qualifications: {
        ...draft.qualifications,
        [code]: { ...draft.qualifications[code], ...part },
      },
    });
  return (
    <>
      {QUALIFICATIONS.map((code) => (
        <div key={code} className="claim">
          <label className="check">
            <input
              type="checkbox"
              name={code}
              checked={draft.qualifications[code].claimed}
              onChange={(event) => set(code, { claimed: event.target.checked })}
            />
            {t(`qualification.${code}`)}
          </label>
          {draft.qualifications[code].claimed && (
            <Details
              code={code}
              claim={draft.qualifications[code]}
              faults={faults}
              onChange={(part) => set(code, part)}
            />
          )}
        </div>
      ))}
    </>
  );
}

function Details({
  code,
  claim,
  faults,
  onChange,
}: {
  code: QualificationCode;
  claim: ClaimedQualification;
  faults: Faults;
  onChange: (part: Partial<ClaimedQualification>) => void;
}): ReactElement {
  const { t } = useTranslation("apply");
  return (
    <div className="claim-details">
      <div className="pair">
        <TextInput
          label={t("person.board")}
          name={`number.${code}`}
          required={code !== "equivalent"}
          value={claim.number}
          fault={faults[`number.${code}`]}
          onChange={(number) => onChange({ number: number.normalize("NFKC") })}
        />
        <TextInput
          label={t("person.validTo")}
          name={`validTo.${code}`}
          type="date"
          value={claim.validTo}
          fault={faults[`validTo.${code}`]}
          onChange={(validTo) => onChange({ validTo })}
        />
      </div>
      {code === "equivalent" && (
        <TextInput
          label={t("person.ground")}
          name={`ground.${code}`}
          required
          rows={3}
          hint={t("person.groundHint")}
          value={claim.ground}
          fault={faults[`ground.${code}`]}
          onChange={(ground) => onChange({ ground })}
        />
      )}
    </div>
  );
}
