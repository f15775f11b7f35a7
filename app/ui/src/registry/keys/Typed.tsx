import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../../parts/Field";

/** What cannot be undone is typed before it is done. */
export function Typed({
  label,
  word,
  value,
  tried,
  onChange,
}: {
  label: string;
  word: string;
  value: string;
  tried: boolean;
  onChange: (value: string) => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  return (
    <Field label={label} error={tried && !isTyped(value, word) ? t("roll.typed") : undefined}>
      {(control) => (
        <input
          {...control}
          name="typed"
          className="short-code"
          spellCheck={false}
          autoComplete="off"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export function isTyped(value: string, word: string): boolean {
  return value.trim().toLowerCase() === word.toLowerCase();
}

/** How much of a fingerprint is typed. */
export function beginning(fingerprint: string): string {
  return fingerprint.slice(0, 8);
}
