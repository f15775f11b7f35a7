import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useChange } from "../backend/queries";
import { reports, templateFile } from "../backend/reports";
import type { Template } from "../backend/reportTypes";
import { FileButton } from "../parts/FileButton";
import { ProblemNote } from "../parts/ProblemNote";
import { idFor, said, TEMPLATES, useTemplates, type Tongue } from "../report/templates";
import { href } from "../route";
import { copied, emptySection, nothing } from "./editing";
import { LeftDrafts } from "./LeftDrafts";
import { TemplateEditor } from "./TemplateEditor";

/** The forms of reports: those of the program to copy, those of one's own to edit. */
export function TemplatesPage(): ReactElement {
  const { t, i18n } = useTranslation(["report", "translation"]);
  const tongue: Tongue = i18n.language === "en" ? "en" : "ja";
  const templates = useTemplates();
  const [editing, setEditing] = useState<Template | null>(null);
  const [removed, setRemoved] = useState<Template | null>(null);
  const [unread, setUnread] = useState(false);
  const keep = useChange(reports.saveTemplate, [TEMPLATES]);
  const remove = useChange(
    (template: Template) => reports.removeTemplate(template.id),
    [TEMPLATES],
  );
  const own = templates.data?.own ?? [];
  const builtIn = templates.data?.built_in ?? [];
  const taken = [...own, ...builtIn].map((one) => one.id);
  const copy = (template: Template) => {
    const suffix = { ja: t("forms.copyJa"), en: t("forms.copyEn") };
    setEditing(copied(template, idFor(template.id, taken), suffix));
  };
  const take = (file: File) => {
    setUnread(false);
    void file
      .text()
      .then((text) => keep.mutate(JSON.parse(text) as Template))
      .catch(() => setUnread(true));
  };
  const row = (one: Template, mine: boolean) => {
    const name = said(one.name, tongue);
    return (
      <li key={one.id} data-template={one.id}>
        <span>
          <strong>{name}</strong>{" "}
          <span className="quiet">{t("forms.sections", { count: one.sections.length })}</span>
        </span>
        <span className="chips">
          {mine && (
            <button
              type="button"
              className="button"
              aria-label={t("forms.editOf", { name })}
              onClick={() => setEditing(one)}
            >
              {t("forms.begin")}
            </button>
          )}
          <button
            type="button"
            className="button button-quiet"
            aria-label={t("forms.copyOf", { name })}
            onClick={() => copy(one)}
          >
            {t("forms.copy")}
          </button>
          <a
            className="button button-quiet"
            href={templateFile(one.id)}
            download={`${one.id}.json`}
          >
            {t("own.export")}
          </a>
          {mine && (
            <button
              type="button"
              className="button button-quiet"
              aria-label={t("forms.removeOf", { name })}
              disabled={remove.isPending}
              onClick={() => remove.mutate(one, { onSuccess: () => setRemoved(one) })}
            >
              {t("own.remove")}
            </button>
          )}
        </span>
      </li>
    );
  };
  return (
    <div className="page">
      <a href={href({ page: "work" })}>← {t("translation:common.workList")}</a>
      <h1>{t("forms.title")}</h1>
      <p className="quiet">{t("forms.explain")}</p>
      {templates.isPending && <p className="quiet">{t("translation:common.loading")}</p>}
      {templates.isError && (
        <ProblemNote error={templates.error} onRetry={() => void templates.refetch()} />
      )}
      {removed && (
        <p className="note" role="status">
          {t("forms.removed", { name: said(removed.name, tongue) })}{" "}
          <button
            type="button"
            className="button button-quiet"
            disabled={keep.isPending}
            onClick={() => keep.mutate(removed, { onSuccess: () => setRemoved(null) })}
          >
            {t("forms.putBack")}
          </button>
        </p>
      )}
      {(keep.error ?? remove.error) && <ProblemNote error={keep.error ?? remove.error} />}
      {unread && (
        <p className="note note-problem" role="alert">
          {t("own.unread")}
        </p>
      )}
      {editing ? (
        <TemplateEditor key={editing.id} template={editing} onDone={() => setEditing(null)} />
      ) : (
        templates.data && (
          <>
            <section className="card" aria-labelledby="own-templates-title">
              <h2 id="own-templates-title">{t("own.title")}</h2>
              {own.length === 0 && <p className="quiet">{t("forms.none")}</p>}
              <ul className="template-list">{own.map((one) => row(one, true))}</ul>
              <div className="buttons">
                <FileButton
                  label={t("own.import")}
                  accept="application/json,.json"
                  name="template-file"
                  busy={keep.isPending}
                  onFile={take}
                />
                <button
                  type="button"
                  className="button"
                  onClick={() => setEditing(anew(idFor("own", taken)))}
                >
                  {t("forms.new")}
                </button>
              </div>
            </section>
            <section className="card" aria-labelledby="built-in-templates-title">
              <h2 id="built-in-templates-title">{t("forms.builtIn")}</h2>
              <p className="quiet">{t("forms.builtInHelp")}</p>
              <ul className="template-list">{builtIn.map((one) => row(one, false))}</ul>
            </section>
            <LeftDrafts />
          </>
        )
      )}
    </div>
  );
}

function anew(id: string): Template {
  return { format: 1, id, name: nothing, modalities: [], sections: [emptySection] };
}
