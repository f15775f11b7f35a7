import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../parts/Field";
import type { AbsenceDraft } from "./absences";
import { Deputies } from "./Deputies";

const MOST = 8;

/** When I am away, and who stands in. */
export function AbsenceFields({
  absences,
  wrong,
  onChange,
}: {
  absences: AbsenceDraft[];
  wrong: boolean;
  onChange: (absences: AbsenceDraft[]) => void;
}): ReactElement {
  const { t } = useTranslation("absence");
  const change = (at: number, part: Partial<AbsenceDraft>) =>
    onChange(absences.map((one, index) => (index === at ? { ...one, ...part } : one)));
  return (
    <fieldset>
      <legend>{t("title")}</legend>
      <p className="field-note">{t("explain")}</p>
      {absences.map((one, index) => (
        // They have no names, and none is moved.
        <div key={index} className="finding">
          <div className="pair">
            {(["from", "until"] as const).map((end) => (
              <Field key={end} label={t(end)} required error={wrong ? t("wrong") : undefined}>
                {(control) => (
                  <input
                    {...control}
                    type="datetime-local"
                    value={one[end]}
                    onChange={(event) => change(index, { [end]: event.target.value })}
                  />
                )}
              </Field>
            ))}
          </div>
          <Deputies chosen={one.deputies} onChoose={(deputies) => change(index, { deputies })} />
          <button
            type="button"
            className="button button-quiet"
            onClick={() => onChange(absences.filter((_, at) => at !== index))}
          >
            {t("remove")}
          </button>
        </div>
      ))}
      {absences.length < MOST && (
        <button
          type="button"
          className="button"
          onClick={() => onChange([...absences, { from: "", until: "", deputies: [] }])}
        >
          {t("add")}
        </button>
      )}
    </fieldset>
  );
}
