import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { SignInChoice } from "../backend/types";
import { era } from "../i18n/format";
import type { PartOfForm } from "./ApplyForm";
import { Choice } from "./Choice";
import { COUNTRIES } from "./countries";
import { QualificationFields } from "./QualificationFields";
import { romaji } from "./romaji";
import { Field } from "../parts/Field";
import { TextInput } from "./TextInput";

interface PersonPart extends PartOfForm {
  /** Who has keys here already. */
  known: SignInChoice[];
}

/** Who applies: names, licence, qualifications, where she works. */
export function PersonStep({ draft, known, faults, change }: PersonPart): ReactElement {
  const { t } = useTranslation("apply");
  return (
    <>
      <Names draft={draft} known={known} faults={faults} change={change} />
      <Licence draft={draft} faults={faults} change={change} />
      <section className="card">
        <h3>{t("person.qualifications")}</h3>
        <p className="quiet">{t("person.qualificationsHint")}</p>
        <QualificationFields draft={draft} faults={faults} change={change} />
      </section>
    </>
  );
}

function Names({ draft, known, faults, change }: PersonPart): ReactElement {
  const { t } = useTranslation("apply");
  // What was suggested follows the kana until somebody writes it herself.
  const reading = (kana: string) => {
    const suggested = romaji(draft.kana);
    const latin = draft.nameLatin === suggested ? romaji(kana) : draft.nameLatin;
    change({ kana, nameLatin: latin, ...idAfter(latin) });
  };
  const idAfter = (latin: string) =>
    draft.id === idOf(draft.nameLatin) ? { id: idOf(latin) } : {};
  return (
    <section className="card">
      <h3>{t("person.names")}</h3>
      <TextInput
        label={t("person.nameJa")}
        name="nameJa"
        required
        hint={t("person.nameJaHint")}
        lang="ja"
        value={draft.nameJa}
        fault={faults.nameJa}
        onChange={(nameJa) => change({ nameJa })}
      />
      <TextInput
        label={t("person.kana")}
        name="kana"
        required
        hint={t("person.kanaHint")}
        lang="ja"
        value={draft.kana}
        fault={faults.kana}
        onChange={reading}
      />
      <div className="pair">
        <TextInput
          label={t("person.nameLatin")}
          name="nameLatin"
          required
          hint={t("person.nameLatinHint")}
          value={draft.nameLatin}
          fault={faults.nameLatin}
          onChange={(nameLatin) => change({ nameLatin, ...idAfter(nameLatin) })}
        />
        <TextInput
          label={t("person.id")}
          name="id"
          required
          hint={t(known.some((one) => one.id === draft.id) ? "person.idKnown" : "person.idHint")}
          autoComplete="off"
          value={draft.id}
          fault={faults.id}
          onChange={(id) => change({ id: id.toLowerCase().trim() })}
        />
      </div>
      <TextInput
        label={t("person.institution")}
        name="institution"
        required
        value={draft.institution}
        fault={faults.institution}
        onChange={(institution) => change({ institution })}
      />
    </section>
  );
}

/** A sign-in name from the family name. */
function idOf(latin: string): string {
  const [family = ""] = latin.trim().toLowerCase().split(/\s+/);
  return family.replace(/[^a-z0-9_-]/g, "").slice(0, 32);
}

function Licence({ draft, faults, change }: PartOfForm): ReactElement {
  const { t, i18n } = useTranslation("apply");
  const { t: words } = useTranslation("applications");
  return (
    <section className="card">
      <h3>{t("person.licence")}</h3>
      <Choice
        legend={t("person.licenceType")}
        name="licenceType"
        value={draft.licenceType}
        options={(["dentist", "physician"] as const).map((value) => ({
          value,
          label: words(`licence.${value}`),
        }))}
        onChange={(licenceType) => change({ licenceType })}
      />
      <div className="pair">
        <TextInput
          label={t(`person.number.${draft.licenceType}`)}
          name="licenceNumber"
          required
          inputMode="numeric"
          hint={t("person.numberHint")}
          value={draft.licenceNumber}
          fault={faults.licenceNumber}
          // Full-width digits are how many people type them.
          onChange={(number) => change({ licenceNumber: number.normalize("NFKC") })}
        />
        <TextInput
          label={t("person.registeredOn")}
          name="registeredOn"
          type="date"
          hint={era(draft.registeredOn) || t("person.registeredOnHint")}
          value={draft.registeredOn}
          fault={faults.registeredOn}
          onChange={(registeredOn) => change({ registeredOn })}
        />
      </div>
      <Field label={t("person.jurisdiction")} required>
        {(control) => (
          <select
            {...control}
            name="jurisdiction"
            value={draft.jurisdiction}
            onChange={(event) => change({ jurisdiction: event.target.value })}
          >
            {COUNTRIES.map((code) => (
              <option key={code} value={code}>
                {new Intl.DisplayNames([i18n.language], { type: "region" }).of(code) ?? code}
              </option>
            ))}
          </select>
        )}
      </Field>
    </section>
  );
}
