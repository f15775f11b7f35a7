import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../parts/Field";
import type { Fault } from "./faults";

/** One text of the application, with what is wrong with it. */
export function TextInput({
  label,
  name,
  value,
  hint,
  fault,
  required = false,
  rows = 1,
  onChange,
  ...input
}: {
  label: string;
  name: string;
  value: string;
  hint?: string;
  fault?: Fault | undefined;
  required?: boolean;
  rows?: number;
  onChange: (value: string) => void;
  type?: "text" | "date" | "email" | "tel";
  autoComplete?: string;
  inputMode?: "numeric" | "text";
  lang?: string;
  maxLength?: number;
  onBlur?: () => void;
}): ReactElement {
  const { t } = useTranslation("apply");
  return (
    <Field
      label={label}
      required={required}
      error={fault && t(`fault.${fault}`)}
      {...(hint ? { hint } : {})}
    >
      {(control) => {
        const bound = {
          ...control,
          name,
          value,
          onChange: (event: { target: { value: string } }) => onChange(event.target.value),
        };
        return rows > 1 ? (
          <textarea {...bound} rows={rows} maxLength={input.maxLength} />
        ) : (
          <input {...bound} spellCheck={false} {...input} />
        );
      }}
    </Field>
  );
}
