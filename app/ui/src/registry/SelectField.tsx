import type { ReactElement } from "react";
import { Field } from "../parts/Field";

/** One of a few; with `none`, also none of them. */
export function SelectField<T extends string>({
  label,
  name,
  value,
  options,
  none,
  required = false,
  error,
  onChange,
}: {
  label: string;
  name: string;
  value: T | "";
  options: readonly (readonly [value: T, label: string])[];
  /** What stands for none; without it one must be chosen. */
  none?: string;
  required?: boolean;
  error?: string | undefined;
  onChange: (value: T | "") => void;
}): ReactElement {
  return (
    <Field label={label} required={required} error={error}>
      {(control) => (
        <select
          {...control}
          name={name}
          value={value}
          onChange={(event) => onChange(event.target.value as T | "")}
        >
          {none !== undefined && <option value="">{none}</option>}
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
