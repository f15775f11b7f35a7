import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { WEEKDAYS } from "../backend/types";
import { Field } from "../parts/Field";
import { PersonPick } from "./PersonPick";
import type { DutyLine, HolidayLine, RosterDraft } from "./roster";

const MOST = 16;

/** Whose turn it is in the group for which I stand: by the week, and on holidays. */
export function RosterFields({
  roster,
  wrong,
  onChange,
}: {
  roster: RosterDraft;
  wrong: boolean;
  onChange: (roster: RosterDraft) => void;
}): ReactElement {
  const { t } = useTranslation(["absence", "directory"]);
  const { usual, special } = roster;
  const line = (at: number, part: Partial<DutyLine>) =>
    onChange({ ...roster, usual: usual.map((one, i) => (i === at ? { ...one, ...part } : one)) });
  const holiday = (at: number, part: Partial<HolidayLine>) =>
    onChange({
      ...roster,
      special: special.map((one, i) => (i === at ? { ...one, ...part } : one)),
    });
  const error = wrong ? t("roster.wrong") : undefined;
  return (
    <details open={usual.length + special.length > 0}>
      <summary>{t("roster.title")}</summary>
      <p className="field-note">{t("roster.explain")}</p>
      {usual.map((one, at) => (
        <fieldset key={at} className="finding">
          <PersonPick chosen={one.who} onPick={(who) => line(at, { who })} />
          <div className="choices">
            {WEEKDAYS.map((day) => (
              <label key={day}>
                <input
                  type="checkbox"
                  checked={one.days.includes(day)}
                  onChange={(event) =>
                    line(at, {
                      days: event.target.checked
                        ? [...one.days, day]
                        : one.days.filter((other) => other !== day),
                    })
                  }
                />
                {t(`directory:day.${day}`)}
              </label>
            ))}
          </div>
          <Ends type="time" of={one} error={error} onChange={(part) => line(at, part)} />
          <Remove
            onRemove={() => onChange({ ...roster, usual: usual.filter((_, i) => i !== at) })}
          />
        </fieldset>
      ))}
      {special.map((one, at) => (
        <fieldset key={at} className="finding">
          <legend className="quiet">{t("roster.holiday")}</legend>
          <PersonPick chosen={one.who} onPick={(who) => holiday(at, { who })} />
          <Ends
            type="datetime-local"
            of={one}
            error={error}
            onChange={(part) => holiday(at, part)}
          />
          <Remove
            onRemove={() => onChange({ ...roster, special: special.filter((_, i) => i !== at) })}
          />
        </fieldset>
      ))}
      <div className="buttons">
        <button
          type="button"
          className="button"
          disabled={usual.length >= MOST}
          onClick={() =>
            onChange({
              ...roster,
              usual: [...usual, { who: "", days: [], from: "09:00", until: "17:00" }],
            })
          }
        >
          {t("roster.add")}
        </button>
        <button
          type="button"
          className="button"
          disabled={special.length >= MOST}
          onClick={() =>
            onChange({ ...roster, special: [...special, { who: "", from: "", until: "" }] })
          }
        >
          {t("roster.addHoliday")}
        </button>
      </div>
    </details>
  );
}

function Ends({
  type,
  of,
  error,
  onChange,
}: {
  type: "time" | "datetime-local";
  of: { from: string; until: string };
  error: string | undefined;
  onChange: (part: Partial<{ from: string; until: string }>) => void;
}): ReactElement {
  const { t } = useTranslation("absence");
  return (
    <div className="pair">
      {(["from", "until"] as const).map((end) => (
        <Field key={end} label={t(end)} required error={error}>
          {(control) => (
            <input
              {...control}
              type={type}
              value={of[end]}
              onChange={(event) => onChange({ [end]: event.target.value })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

function Remove({ onRemove }: { onRemove: () => void }): ReactElement {
  const { t } = useTranslation("absence");
  return (
    <button type="button" className="button button-quiet" onClick={onRemove}>
      {t("roster.remove")}
    </button>
  );
}
