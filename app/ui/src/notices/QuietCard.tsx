import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { QuietHours } from "../backend/noticeTypes";
import { Field } from "../parts/Field";

/** As the node counts them, from 0. */
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const USUAL: QuietHours = { from: "21:00", until: "07:00", days: [6] };

/** When nothing but what is urgent is told. */
export function QuietCard({
  quiet,
  onChange,
}: {
  quiet: QuietHours | null;
  onChange: (quiet: QuietHours | null) => void;
}): ReactElement {
  const { t } = useTranslation("notices");
  return (
    <section className="card">
      <h2>{t("quiet.title")}</h2>
      <p className="quiet">{t("quiet.explain")}</p>
      <label>
        <input
          type="checkbox"
          checked={quiet !== null}
          onChange={(event) => onChange(event.target.checked ? USUAL : null)}
        />
        {t("quiet.use")}
      </label>
      {quiet && (
        <>
          {(["from", "until"] as const).map((end) => (
            <Field key={end} label={t(`quiet.${end}`)} required>
              {(control) => (
                <input
                  {...control}
                  type="time"
                  value={quiet[end]}
                  onChange={(event) => onChange({ ...quiet, [end]: event.target.value })}
                />
              )}
            </Field>
          ))}
          <fieldset className="choices">
            <legend className="quiet">{t("quiet.days")}</legend>
            {DAYS.map((name, day) => (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={quiet.days.includes(day)}
                  onChange={(event) =>
                    onChange({
                      ...quiet,
                      days: event.target.checked
                        ? [...quiet.days, day].sort((one, other) => one - other)
                        : quiet.days.filter((one) => one !== day),
                    })
                  }
                />
                {t(`day.${name}`)}
              </label>
            ))}
          </fieldset>
        </>
      )}
    </section>
  );
}
