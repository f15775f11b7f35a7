import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { era } from "../i18n/format";
import { Field } from "../parts/Field";
import type { Draft } from "./draft";

export type DraftChange = (part: Partial<Draft>) => void;

type TextName = {
  [K in keyof Draft]: Draft[K] extends string ? K : never;
}[keyof Draft];

type Label =
  "question" | "region" | "history" | "justification" | "consentBy" | "consentAt" | "consentScope";

/** One text of the request, bound to its draft. */
export function TextField({
  name,
  label,
  hint,
  type = "text",
  rows = 1,
  required = false,
  draft,
  change,
  wrong,
}: {
  name: Exclude<TextName, "urgency">;
  label: Label;
  hint?: "questionHint" | "regionHint" | "justificationHint";
  type?: "text" | "datetime-local";
  rows?: number;
  required?: boolean;
  draft: Draft;
  change: DraftChange;
  wrong: (field: keyof Draft) => string | undefined;
}): ReactElement {
  const { t } = useTranslation();
  const eraDay = type === "datetime-local" ? era(draft[name]) : "";
  const note = hint ? t(`request.${hint}`) : eraDay;
  const hinted = note === "" ? {} : { hint: note };
  return (
    <Field label={t(`request.${label}`)} required={required} error={wrong(name)} {...hinted}>
      {(control) => {
        const bound = {
          ...control,
          name,
          value: draft[name],
          onChange: (event: { target: { value: string } }) =>
            change({ [name]: event.target.value }),
        };
        return rows > 1 ? <textarea {...bound} rows={rows} /> : <input {...bound} type={type} />;
      }}
    </Field>
  );
}
