import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";

/** Where the root is when it signs. */
export type Way = "away" | "here";

export function WayField({
  legend,
  texts,
  value,
  onChange,
}: {
  legend: string;
  texts: "roll" | "setUp";
  value: Way;
  onChange: (way: Way) => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  return (
    <fieldset className="choices choices-tall">
      <legend>{legend}</legend>
      {(["away", "here"] as const).map((way) => (
        <label key={way}>
          <input
            type="radio"
            name="way"
            value={way}
            checked={value === way}
            onChange={() => onChange(way)}
          />
          <span>{t(`${texts}.${way}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
