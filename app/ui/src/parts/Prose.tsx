import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "./Field";

/** A text of one or more lines, with what is missing said once it was tried. */
export function Prose({
  label,
  hint,
  value,
  onChange,
  rows = 2,
  type = "text",
  required = false,
  tried = false,
}: {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  /** One: a single line. */
  rows?: number;
  /** Of a single line. */
  type?: "text" | "date" | "datetime-local";
  required?: boolean;
  tried?: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const missing = tried && required && value.trim() === "";
  return (
    <Field
      label={label}
      required={required}
      error={missing ? t("field.required") : undefined}
      {...(hint === undefined ? {} : { hint })}
    >
      {(control) => {
        const bound = {
          ...control,
          value,
          onChange: (event: { target: { value: string } }) => onChange(event.target.value),
        };
        return rows > 1 ? <textarea {...bound} rows={rows} /> : <input {...bound} type={type} />;
      }}
    </Field>
  );
}

/** Whether all of these texts say something. */
export function allSaid(...texts: string[]): boolean {
  return texts.every((text) => text.trim() !== "");
}
