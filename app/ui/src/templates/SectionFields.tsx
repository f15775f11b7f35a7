import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { REPORT_TEXTS, type ReportText, type TemplateSection } from "../backend/reportTypes";
import { Both } from "./Both";
import { BOUNDS, moved, nothing, replaced, without } from "./editing";
import { Places } from "./Places";

/** One thing to look at: where it goes, what it is called, what it says, what it may say instead. */
export function SectionFields({
  section,
  number,
  count,
  onType,
  onStructure,
  onMove,
  onRemove,
}: {
  section: TemplateSection;
  /** From one. */
  number: number;
  count: number;
  onType: (section: TemplateSection) => void;
  /** Phrases were put in, moved or taken out. */
  onStructure: (section: TemplateSection) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}): ReactElement {
  const { t } = useTranslation("report");
  const { phrases } = section;
  return (
    <fieldset className="template-section">
      <legend>{t("forms.section", { number })}</legend>
      <div className="chips">
        <label>
          {t("forms.part")}{" "}
          <select
            value={section.part}
            onChange={(event) => onType({ ...section, part: event.target.value as ReportText })}
          >
            {REPORT_TEXTS.map((part) => (
              <option key={part} value={part}>
                {t(`part.${part}`)}
              </option>
            ))}
          </select>
        </label>
        <Places
          of={t("forms.section", { number })}
          at={number - 1}
          count={count}
          onMove={onMove}
          onRemove={onRemove}
        />
      </div>
      <Both
        label={t("forms.heading")}
        words={section.title}
        most={BOUNDS.name}
        onChange={(title) => onType({ ...section, title })}
      />
      <Both
        label={t("forms.text")}
        words={section.text}
        most={BOUNDS.text}
        rows={3}
        onChange={(text) => onType({ ...section, text })}
      />
      {phrases.length > 0 && (
        <ol className="template-phrases">
          {phrases.map((phrase, at) => (
            <li key={at}>
              <Both
                label={t("forms.phrase", { number: at + 1 })}
                words={phrase}
                most={BOUNDS.text}
                onChange={(words) => onType({ ...section, phrases: replaced(phrases, at, words) })}
              />
              <Places
                of={t("forms.phrase", { number: at + 1 })}
                at={at}
                count={phrases.length}
                onMove={(by) => onStructure({ ...section, phrases: moved(phrases, at, by) })}
                onRemove={() => onStructure({ ...section, phrases: without(phrases, at) })}
              />
            </li>
          ))}
        </ol>
      )}
      <button
        type="button"
        className="button button-quiet"
        disabled={phrases.length >= BOUNDS.phrases}
        onClick={() => onStructure({ ...section, phrases: [...phrases, nothing] })}
      >
        {t("forms.addPhrase")}
      </button>
    </fieldset>
  );
}
