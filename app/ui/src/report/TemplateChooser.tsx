import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { ReportText, Template } from "../backend/reportTypes";
import { OwnTemplates } from "./OwnTemplates";
import { begun, offered, said, useTemplates, withPhrase, type Tongue } from "./templates";

type Texts = Record<ReportText, string>;

/** The form that a report follows: what it begins with, and phrases to put in by a click. */
export function TemplateChooser({
  modalities,
  chosen,
  texts,
  cursor,
  onChoose,
  onTexts,
}: {
  modalities: readonly string[];
  /** The name of the template; none. */
  chosen: string | null;
  texts: Texts;
  /** Where somebody is writing; null when in none of the texts. */
  cursor: { part: ReportText; at: number } | null;
  onChoose: (template: string | null) => void;
  onTexts: (texts: Texts) => void;
}): ReactElement {
  const { t, i18n } = useTranslation("report");
  const [tongue, setTongue] = useState<Tongue>(i18n.language === "en" ? "en" : "ja");
  const templates = useTemplates();
  const all = templates.data ? [...templates.data.own, ...templates.data.built_in] : [];
  const template = all.find((one) => one.id === chosen) ?? null;
  return (
    <section className="template-chooser">
      <div className="chips">
        <label>
          {t("template.title")}{" "}
          <select
            name="template"
            value={template?.id ?? ""}
            onChange={(event) => onChoose(event.target.value === "" ? null : event.target.value)}
          >
            <option value="">{t("template.none")}</option>
            {offered(all, modalities).map((one) => (
              <option key={one.id} value={one.id}>
                {said(one.name, tongue)}
              </option>
            ))}
          </select>
        </label>
        <div className="toggle" role="group" aria-label={t("template.tongue")}>
          {(["ja", "en"] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={tongue === one}
              onClick={() => setTongue(one)}
            >
              {t(`template.${one}`)}
            </button>
          ))}
        </div>
        {template && (
          <button
            type="button"
            className="button"
            onClick={() => onTexts(begun(texts, template, tongue))}
          >
            {t("template.begin")}
          </button>
        )}
        <OwnTemplates
          own={templates.data?.own ?? []}
          taken={all.map((one) => one.id)}
          texts={texts}
          tongue={tongue}
        />
      </div>
      {template && (
        <Phrases
          template={template}
          tongue={tongue}
          onPhrase={(section, phrase) => {
            const { part } = section;
            const at = cursor?.part === part ? cursor.at : null;
            const text = withPhrase(texts[part], phrase, at, section, tongue);
            onTexts({ ...texts, [part]: text });
          }}
        />
      )}
    </section>
  );
}

function Phrases({
  template,
  tongue,
  onPhrase,
}: {
  template: Template;
  tongue: Tongue;
  onPhrase: (section: Template["sections"][number], phrase: string) => void;
}): ReactElement {
  const { t } = useTranslation(["report", "translation"]);
  return (
    <details className="phrases">
      <summary>{t("template.phrases")}</summary>
      {template.sections
        .filter((section) => section.phrases.length > 0)
        .map((section, at) => (
          <div key={at}>
            <h3>
              {said(section.title, tongue)}{" "}
              <span className="quiet">→ {t(`part.${section.part}`)}</span>
            </h3>
            <ul className="chips">
              {section.phrases.map((phrase, place) => (
                <li key={place}>
                  <button
                    type="button"
                    className="button button-quiet phrase"
                    onClick={() => onPhrase(section, said(phrase, tongue))}
                  >
                    {said(phrase, tongue)}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ))}
    </details>
  );
}
