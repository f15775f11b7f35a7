import type { ReactElement } from "react";
import { Field } from "../parts/Field";

/** Words that a list is narrowed by. */
export function SearchField({
  label,
  hint,
  name = "q",
  value,
  onChange,
}: {
  label: string;
  /** What may be typed. */
  hint: string;
  name?: string;
  value: string;
  onChange: (value: string) => void;
}): ReactElement {
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          type="search"
          name={name}
          value={value}
          placeholder={hint}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
