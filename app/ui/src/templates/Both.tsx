import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Bilingual } from "../backend/reportTypes";

/** Words in both languages side by side; one of them may be left empty. */
export function Both({
  label,
  words,
  most,
  rows = 1,
  onChange,
}: {
  label: string;
  words: Bilingual;
  /** Characters of each. */
  most: number;
  rows?: number;
  onChange: (words: Bilingual) => void;
}): ReactElement {
  const { t } = useTranslation("report");
  return (
    <div className="both">
      {(["ja", "en"] as const).map((tongue) => {
        const bound = {
          lang: tongue,
          value: words[tongue],
          maxLength: most,
          onChange: (event: { target: { value: string } }) =>
            onChange({ ...words, [tongue]: event.target.value }),
        };
        return (
          <label key={tongue}>
            <span>{t("forms.in", { label, tongue: t(`template.${tongue}`) })}</span>
            {rows > 1 ? <textarea {...bound} rows={rows} /> : <input {...bound} />}
          </label>
        );
      })}
    </div>
  );
}
