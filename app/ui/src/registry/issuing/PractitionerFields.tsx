import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { QualificationCode } from "../applications/types";
import { SelectField } from "../SelectField";
import { TextField, type Typing } from "./TextField";
import { chosen, offered } from "./order";

const LICENCES = ["dentist", "physician"] as const;

/** What a practitioner's certificate says. */
export function PractitionerFields(typing: Typing): ReactElement {
  const { t } = useTranslation(["applications", "registry"]);
  const { draft, set } = typing;
  return (
    <>
      <TextField typing={typing} name="nameJa" label={t("claims.nameJa")} required />
      <TextField typing={typing} name="nameLatin" label={t("claims.nameLatin")} required />
      <SelectField
        label={t("claims.licence")}
        name="licence"
        value={draft.licence}
        options={LICENCES.map((one) => [one, t(`licence.${one}`)] as const)}
        onChange={(licence) => licence && set({ licence })}
      />
      <TextField typing={typing} name="licenceNumber" label={t("claims.licenceNumber")} required />
      <TextField
        typing={typing}
        name="jurisdiction"
        label={t("registry:issue.jurisdiction")}
        hint={t("registry:issue.jurisdictionHint")}
        required
      />
      <TextField typing={typing} name="registeredOn" label={t("claims.registeredOn")} type="date" />
      <Qualifications {...typing} />
      <TextField typing={typing} name="institution" label={t("claims.institution")} />
    </>
  );
}

function Qualifications(typing: Typing): ReactElement | null {
  const { t } = useTranslation(["applications", "registry"]);
  const { draft, set } = typing;
  const codes = offered(draft);
  if (codes.length === 0) return null;
  const toggle = (code: QualificationCode, on: boolean) =>
    set({
      qualifications: on
        ? [...draft.qualifications, code]
        : draft.qualifications.filter((one) => one !== code),
    });
  return (
    <>
      <fieldset className="choices choices-tall">
        <legend>{t("approve.qualifications")}</legend>
        {codes.map((code) => (
          <label key={code}>
            <input
              type="checkbox"
              name={`qualification-${code}`}
              checked={chosen(draft).includes(code)}
              onChange={(event) => toggle(code, event.target.checked)}
            />
            <span>{t(`qualification.${code}`)}</span>
          </label>
        ))}
      </fieldset>
      {chosen(draft).includes("equivalent") && (
        <TextField
          typing={typing}
          name="ground"
          label={t("registry:issue.ground")}
          hint={t("registry:issue.groundHint")}
          required
        />
      )}
    </>
  );
}
