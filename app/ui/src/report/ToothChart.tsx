import { useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { CHART, dentitionOf, nextTooth, placeOf, quadrantOf, type Dentition } from "./teeth";

/**
 * The teeth, as a dentist sees her patient. One stop of the Tab key; arrows go from tooth to tooth, Space or Enter chooses.
 */
export function ToothChart({
  label,
  chosen,
  onToggle,
}: {
  label: string;
  chosen: readonly number[];
  onToggle: (tooth: number) => void;
}): ReactElement {
  const { t } = useTranslation("report");
  const first = chosen[0];
  const [dentition, setDentition] = useState<Dentition>(
    first === undefined ? "permanent" : dentitionOf(first),
  );
  const rows = CHART[dentition];
  const [at, setAt] = useState<number | null>(null);
  const here = at !== null && rows.flat().includes(at) ? at : rows[0][0];
  const buttons = useRef(new Map<number, HTMLButtonElement>());
  const go = (event: KeyboardEvent, tooth: number) => {
    const next = nextTooth(tooth, event.key);
    if (next === null) return;
    event.preventDefault();
    setAt(next);
    buttons.current.get(next)?.focus();
  };
  const elsewhere = chosen.filter((tooth) => dentitionOf(tooth) !== dentition);
  return (
    <div className="tooth-chart" role="group" aria-label={label}>
      <div className="toggle" role="group" aria-label={t("chart.dentition")}>
        {(["permanent", "deciduous"] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={dentition === one}
            onClick={() => setDentition(one)}
          >
            {t(`chart.${one}`)}
          </button>
        ))}
      </div>
      {elsewhere.length > 0 && (
        <span className="quiet">{t("chart.elsewhere", { teeth: elsewhere.join("・") })}</span>
      )}
      <div className="tooth-rows">
        <span className="side" aria-hidden="true">
          {t("chart.right")}
        </span>
        <div>
          {rows.map((row, jaw) => (
            <div key={jaw} className="tooth-row">
              {row.map((tooth) => (
                <button
                  key={tooth}
                  ref={(button) => {
                    if (button) buttons.current.set(tooth, button);
                    else buttons.current.delete(tooth);
                  }}
                  type="button"
                  className={[21, 31, 61, 71].includes(tooth) ? "tooth midline" : "tooth"}
                  aria-pressed={chosen.includes(tooth)}
                  aria-label={t("chart.tooth", {
                    number: tooth,
                    quadrant: t(`chart.quadrant.${quadrantOf(tooth)}`),
                    place: t(`chart.${dentition === "deciduous" ? "milk" : "place"}`, {
                      name: t(`chart.places.${placeOf(tooth)}`),
                    }),
                  })}
                  tabIndex={tooth === here ? 0 : -1}
                  onKeyDown={(event) => go(event, tooth)}
                  onFocus={() => setAt(tooth)}
                  onClick={() => onToggle(tooth)}
                >
                  {tooth}
                </button>
              ))}
            </div>
          ))}
        </div>
        <span className="side" aria-hidden="true">
          {t("chart.left")}
        </span>
      </div>
    </div>
  );
}
