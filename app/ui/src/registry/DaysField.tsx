import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../parts/Field";
import { MOST_DAYS } from "./days";

/** How long a certificate will hold. */
export function DaysField({
  value,
  most = MOST_DAYS,
  wrong,
  onChange,
}: {
  value: string;
  most?: number;
  wrong: boolean;
  onChange: (value: string) => void;
}): ReactElement {
  const { t } = useTranslation("registry");
  return (
    <Field
      label={t("days.label")}
      hint={t("days.hint", { most })}
      error={wrong ? t("days.wrong", { most }) : undefined}
    >
      {(control) => (
        <input
          {...control}
          className="short"
          name="days"
          inputMode="numeric"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
