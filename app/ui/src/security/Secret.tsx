import type { ReactElement } from "react";
import { Field } from "../parts/Field";

/** A field for a passphrase or a code. */
export function Secret({
  label,
  value,
  onChange,
  kind,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  kind: "current-password" | "new-password" | "one-time-code";
}): ReactElement {
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          type={kind === "one-time-code" ? "text" : "password"}
          autoComplete={kind}
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
