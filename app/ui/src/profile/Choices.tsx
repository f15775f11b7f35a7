import type { ReactElement } from "react";
import type { Word } from "../directory/words";
import { useWords } from "../directory/useWords";

/** Any number of words. Codes that this page does not know are kept. */
export function Choices({
  legend,
  words,
  chosen,
  onChoose,
}: {
  legend: string;
  words: readonly Word[];
  chosen: string[];
  onChoose: (codes: string[]) => void;
}): ReactElement {
  const { word } = useWords();
  return (
    <details open={chosen.length > 0}>
      <summary>{legend}</summary>
      <fieldset className="choices">
        <legend className="quiet">{legend}</legend>
        {words.map((one) => (
          <label key={one.code}>
            <input
              type="checkbox"
              checked={chosen.includes(one.code)}
              onChange={(event) =>
                onChoose(
                  event.target.checked
                    ? [...chosen, one.code]
                    : chosen.filter((code) => code !== one.code),
                )
              }
            />
            {word(one)}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
