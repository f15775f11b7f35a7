import { useEffect, useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useLeavingWarning } from "../apply/useLeavingWarning";
import { useChange } from "../backend/queries";
import { reports } from "../backend/reports";
import type { Template } from "../backend/reportTypes";
import { ProblemNote } from "../parts/ProblemNote";
import { TEMPLATES } from "../report/templates";
import { Both } from "./Both";
import {
  BOUNDS,
  emptySection,
  modalitiesOf,
  moved,
  replaced,
  restructured,
  takenBack,
  typed,
  without,
  wrong,
  type Edited,
} from "./editing";
import { SectionFields } from "./SectionFields";

/** A template of one's own, part by part. Nothing is kept before she says so. */
export function TemplateEditor({
  template,
  onDone,
}: {
  template: Template;
  /** It was kept, or left as it was. */
  onDone: () => void;
}): ReactElement {
  const { t } = useTranslation(["report", "translation"]);
  const [edited, setEdited] = useState<Edited>({ now: template, before: [] });
  const [modalities, setModalities] = useState(template.modalities.join(" "));
  const [tried, setTried] = useState(false);
  const keep = useChange(reports.saveTemplate, [TEMPLATES]);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const { now, before } = edited;
  useLeavingWarning(() => now !== template);
  const missing = wrong(now);
  const type = (anew: Partial<Template>) => setEdited((one) => typed(one, { ...one.now, ...anew }));
  const restructure = (sections: Template["sections"]) =>
    setEdited((one) => restructured(one, { ...one.now, sections }));
  return (
    <form
      className="card template-editor"
      aria-labelledby="template-editor-title"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (missing === null) keep.mutate(now, { onSuccess: onDone });
      }}
    >
      <h2 id="template-editor-title" ref={title} tabIndex={-1}>
        {t("forms.edit")}
      </h2>
      <p className="quiet">{t("own.help")}</p>
      <Both
        label={t("own.name")}
        words={now.name}
        most={BOUNDS.name}
        onChange={(name) => type({ name })}
      />
      <label className="field">
        {t("forms.modalities")}
        <input
          value={modalities}
          maxLength={100}
          spellCheck={false}
          onChange={(event) => {
            setModalities(event.target.value);
            type({ modalities: modalitiesOf(event.target.value) });
          }}
        />
        <span className="quiet">{t("forms.modalitiesHint")}</span>
      </label>
      {now.sections.map((section, at) => (
        <SectionFields
          key={at}
          section={section}
          number={at + 1}
          count={now.sections.length}
          onType={(one) => type({ sections: replaced(now.sections, at, one) })}
          onStructure={(one) => restructure(replaced(now.sections, at, one))}
          onMove={(by) => restructure(moved(now.sections, at, by))}
          onRemove={() => restructure(without(now.sections, at))}
        />
      ))}
      <div className="chips">
        <button
          type="button"
          className="button"
          disabled={now.sections.length >= BOUNDS.sections}
          onClick={() => restructure([...now.sections, emptySection])}
        >
          {t("forms.addSection")}
        </button>
        <button
          type="button"
          className="button button-quiet"
          disabled={before.length === 0}
          onClick={() => setEdited(takenBack)}
        >
          {t("forms.takeBack")}
        </button>
      </div>
      {tried && missing !== null && (
        <p className="note note-problem" role="alert">
          {t(`forms.wrong.${missing}`)}
        </p>
      )}
      {keep.error && <ProblemNote error={keep.error} />}
      <div className="buttons">
        <button type="button" className="button" onClick={onDone}>
          {t("translation:common.cancel")}
        </button>
        <button type="submit" className="button button-primary" disabled={keep.isPending}>
          {t("forms.keep")}
        </button>
      </div>
    </form>
  );
}
