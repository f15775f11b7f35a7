import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { reports, templateFile } from "../backend/reports";
import { REPORT_TEXTS, type ReportText, type Template } from "../backend/reportTypes";
import { useChange } from "../backend/queries";
import { FileButton } from "../parts/FileButton";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { idFor, said, TEMPLATES, templateOf, type Tongue } from "./templates";

/** Templates of one's own: kept from what is written, given to others as a file, taken from others. */
export function OwnTemplates({
  own,
  taken,
  texts,
  tongue,
}: {
  own: readonly Template[];
  /** Names that are in use. */
  taken: readonly string[];
  texts: Record<ReportText, string>;
  tongue: Tongue;
}): ReactElement {
  const { t } = useTranslation("report");
  const [name, setName] = useState("");
  const [unread, setUnread] = useState(false);
  const keep = useChange(reports.saveTemplate, [TEMPLATES]);
  const remove = useChange(reports.removeTemplate, [TEMPLATES]);
  const nothing = REPORT_TEXTS.every((part) => texts[part].trim() === "");
  const take = (file: File) => {
    setUnread(false);
    void file
      .text()
      .then((text) => keep.mutate(JSON.parse(text) as Template))
      .catch(() => setUnread(true));
  };
  return (
    <details className="own-templates">
      <summary>{t("own.title")}</summary>
      <ul>
        {own.map((one) => (
          <li key={one.id}>
            {said(one.name, tongue)}{" "}
            <a
              className="button button-quiet"
              href={templateFile(one.id)}
              download={`${one.id}.json`}
            >
              {t("own.export")}
            </a>{" "}
            <button
              type="button"
              className="button button-quiet"
              disabled={remove.isPending}
              onClick={() => remove.mutate(one.id)}
            >
              {t("own.remove")}
            </button>
          </li>
        ))}
      </ul>
      <p className="chips">
        <label>
          {t("own.name")}{" "}
          <input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        </label>
        <button
          type="button"
          className="button"
          disabled={keep.isPending || nothing || name.trim() === ""}
          onClick={() =>
            keep.mutate(templateOf(name.trim(), idFor(name, taken), texts, tongue), {
              onSuccess: () => setName(""),
            })
          }
        >
          {t("own.keep")}
        </button>
        <FileButton
          label={t("own.import")}
          accept="application/json,.json"
          name="template-file"
          busy={keep.isPending}
          onFile={take}
        />
      </p>
      <p className="quiet">{t("own.help")}</p>
      <a href={href({ page: "templates" })}>{t("forms.title")}</a>
      {unread && (
        <p className="note note-problem" role="alert">
          {t("own.unread")}
        </p>
      )}
      {(keep.error ?? remove.error) && <ProblemNote error={keep.error ?? remove.error} />}
    </details>
  );
}
