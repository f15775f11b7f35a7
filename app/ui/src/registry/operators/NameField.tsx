import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../../parts/Field";

export function isName(name: string): boolean {
  return /^[a-z0-9-]{1,32}$/.test(name.trim());
}

/** An operator's name. */
export function NameField({
  label,
  value,
  tried,
  onChange,
}: {
  label: string;
  value: string;
  tried: boolean;
  onChange: (name: string) => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  return (
    <Field
      label={label}
      hint={t("setUp.operatorHint")}
      error={tried && !isName(value) ? t("operators.nameWrong") : undefined}
    >
      {(control) => (
        <input
          {...control}
          name="newOperator"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
