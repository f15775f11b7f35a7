import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { DirectoryQuestion } from "../backend/types";
import { Field } from "../parts/Field";
import { useWords } from "./useWords";
import { LANGUAGES, MODALITIES, QUALIFICATIONS, REGIONS, type Word } from "./words";

const TURNAROUNDS = ["6", "24", "48", "72", "168"];
type Asked = keyof DirectoryQuestion;

/** What narrows the search. Every filter that is set must hold. */
export function Filters({
  question,
  onNarrow,
}: {
  question: DirectoryQuestion;
  onNarrow: (change: Partial<DirectoryQuestion>) => void;
}): ReactElement {
  const { t } = useTranslation("directory");
  const { word } = useWords();
  const coded = (words: readonly Word[]): [string, string][] =>
    words.map((one) => [one.code, word(one)]);
  const choices: [Exclude<Asked, "q" | "readers">, [string, string][]][] = [
    ["qualification", coded(QUALIFICATIONS)],
    ["region", coded(REGIONS)],
    ["modality", coded(MODALITIES)],
    ["language", coded(LANGUAGES)],
    [
      "accepting",
      [
        ["true", t("accepting.yes")],
        ["false", t("accepting.no")],
      ],
    ],
    ["turnaround", TURNAROUNDS.map((hours) => [hours, t("within", { hours })])],
  ];
  return (
    <div className="card directory-filters">
      <Field label={t("search")} hint={t("searchHint")}>
        {(control) => (
          <input
            {...control}
            type="search"
            name="q"
            maxLength={200}
            value={question.q}
            onChange={(event) => onNarrow({ q: event.target.value })}
          />
        )}
      </Field>
      {choices.map(([name, options]) => (
        <Field key={name} label={t(`filter.${name}`)}>
          {(control) => (
            <select
              {...control}
              name={name}
              value={question[name]}
              onChange={(event) => onNarrow({ [name]: event.target.value })}
            >
              <option value="">{t("any")}</option>
              {options.map(([code, text]) => (
                <option key={code} value={code}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </Field>
      ))}
      <label className="check">
        <input
          type="checkbox"
          name="readers"
          checked={question.readers === "true"}
          onChange={(event) => onNarrow({ readers: event.target.checked ? "true" : "" })}
        />
        {t("readersOnly")}
      </label>
    </div>
  );
}
