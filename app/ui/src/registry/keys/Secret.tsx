import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../../parts/Field";

/** A passphrase that is chosen now, typed twice. */
export interface Chosen {
  first: string;
  second: string;
}

export const NOTHING: Chosen = { first: "", second: "" };

export function isChosen({ first, second }: Chosen): boolean {
  return first !== "" && first === second;
}

/** A passphrase that is known already. */
export function SecretField({
  label,
  name,
  value,
  error,
  hint,
  fresh = false,
  onChange,
}: {
  label: string;
  name: string;
  value: string;
  error?: string | undefined;
  hint?: string;
  /** It is chosen now, not known. */
  fresh?: boolean;
  onChange: (value: string) => void;
}): ReactElement {
  return (
    <Field label={label} error={error} {...(hint ? { hint } : {})}>
      {(control) => (
        <input
          {...control}
          type="password"
          name={name}
          autoComplete={fresh ? "new-password" : "off"}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Chooses a passphrase by the ministry's rule, which the registry holds it to. */
export function ChooseSecret({
  label,
  name,
  value,
  tried,
  onChange,
}: {
  label: string;
  name: string;
  value: Chosen;
  /** Whether what is missing is to be told. */
  tried: boolean;
  onChange: (value: Chosen) => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const differ = value.first !== "" && value.first !== value.second;
  return (
    <div className="pair">
      <SecretField
        label={label}
        name={name}
        fresh
        hint={t("secret.rule")}
        value={value.first}
        error={tried && value.first === "" ? t("secret.missing") : undefined}
        onChange={(first) => onChange({ ...value, first })}
      />
      <SecretField
        label={t("secret.again")}
        name={`${name}Again`}
        fresh
        value={value.second}
        error={tried && differ ? t("secret.differ") : undefined}
        onChange={(second) => onChange({ ...value, second })}
      />
    </div>
  );
}
