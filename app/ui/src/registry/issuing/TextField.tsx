import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../../parts/Field";
import type { IssueDraft } from "./order";

/** The fields of a draft that are a line of text. */
type TextOf = {
  [K in keyof IssueDraft]: string extends IssueDraft[K] ? K : never;
}[keyof IssueDraft];

/** A draft as its fields see it. */
export interface Typing {
  draft: IssueDraft;
  /** What is to be told as missing. */
  wrong: (keyof IssueDraft)[];
  set: (change: Partial<IssueDraft>) => void;
}

/** One line of what is typed. */
export function TextField({
  typing: { draft, wrong, set },
  name,
  label,
  hint,
  required = false,
  type = "text",
}: {
  typing: Typing;
  name: TextOf;
  label: string;
  hint?: string;
  required?: boolean;
  type?: "text" | "date";
}): ReactElement {
  const { t } = useTranslation("registry");
  return (
    <Field
      label={label}
      required={required}
      error={wrong.includes(name) ? t("issue.missing") : undefined}
      {...(hint ? { hint } : {})}
    >
      {(control) => (
        <input
          {...control}
          type={type}
          name={name}
          spellCheck={false}
          value={draft[name]}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
}
