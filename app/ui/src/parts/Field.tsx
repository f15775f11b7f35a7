import { useId, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

export interface Control {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
  "aria-required": boolean;
}

/** A label, a control, and under it a hint or what is wrong. */
export function Field({
  label,
  hint,
  error,
  required = false,
  children,
}: {
  label: string;
  hint?: string;
  error?: string | undefined;
  required?: boolean;
  children: (control: Control) => ReactNode;
}): ReactElement {
  const { t } = useTranslation();
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={error ? "field field-wrong" : "field"}>
      <label htmlFor={id}>
        {label}
        {required && <span className="mark">{t("common.required")}</span>}
      </label>
      {children({
        id,
        "aria-describedby": note ? `${id}-note` : undefined,
        "aria-invalid": error !== undefined,
        "aria-required": required,
      })}
      {note && (
        <p id={`${id}-note`} className="field-note">
          {note}
        </p>
      )}
    </div>
  );
}
