import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { ToothFinding } from "../backend/reportTypes";
import { ToothChart } from "./ToothChart";

/** What is seen tooth by tooth: chosen in the chart, put into words below. */
export function ToothFindings({
  teeth,
  onChange,
}: {
  teeth: readonly ToothFinding[];
  onChange: (teeth: ToothFinding[]) => void;
}): ReactElement {
  const { t } = useTranslation("report");
  const change = (at: number, part: Partial<ToothFinding>) =>
    onChange(teeth.map((one, place) => (place === at ? { ...one, ...part } : one)));
  const leaveOut = (at: number) => onChange(teeth.filter((_, place) => place !== at));
  const toggle = (tooth: number) => {
    const plain = teeth.findIndex((one) => one.tooth === tooth && !one.supernumerary);
    const said = teeth[plain];
    if (said === undefined) onChange([...teeth, { tooth, supernumerary: false, words: "" }]);
    // What was written is not lost by a slip of the mouse.
    else if (said.words.trim() === "") leaveOut(plain);
  };
  return (
    <fieldset className="drafting tooth-findings">
      <legend>{t("teeth.title")}</legend>
      <ToothChart
        label={t("teeth.chart")}
        chosen={teeth.map((one) => one.tooth)}
        onToggle={toggle}
      />
      {teeth.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t("teeth.tooth")}</th>
              <th scope="col">{t("teeth.words")}</th>
              <th scope="col">{t("teeth.supernumerary")}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {teeth.map((one, at) => (
              <tr key={`${one.tooth}-${at}`}>
                <th scope="row">{one.tooth}</th>
                <td>
                  <input
                    aria-label={t("teeth.wordsOf", { tooth: one.tooth })}
                    value={one.words}
                    maxLength={1000}
                    onChange={(event) => change(at, { words: event.target.value })}
                  />
                </td>
                <td>
                  <input
                    type="checkbox"
                    aria-label={t("teeth.supernumeraryOf", { tooth: one.tooth })}
                    checked={one.supernumerary}
                    onChange={(event) => change(at, { supernumerary: event.target.checked })}
                  />
                </td>
                <td>
                  <button
                    type="button"
                    className="button button-quiet"
                    aria-label={t("teeth.leaveOutOf", { tooth: one.tooth })}
                    onClick={() => leaveOut(at)}
                  >
                    {t("teeth.leaveOut")}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </fieldset>
  );
}

/** The same, signed. */
export function TeethTold({ teeth }: { teeth: readonly ToothFinding[] }): ReactElement | null {
  const { t } = useTranslation("report");
  if (teeth.length === 0) return null;
  return (
    <>
      <h3>{t("teeth.title")}</h3>
      <table className="teeth-told">
        <tbody>
          {teeth.map((one) => (
            <tr key={`${one.tooth}-${String(one.supernumerary)}`}>
              <th scope="row">
                {one.tooth}
                {one.supernumerary && ` ${t("teeth.supernumerary")}`}
              </th>
              <td className="prose">{one.words}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** As a text, a tooth a line: what versions are compared by. */
export function toothLines(teeth: readonly ToothFinding[]): string {
  return teeth
    .map(
      ({ tooth, supernumerary, words }) =>
        `${tooth}${supernumerary ? " 過剰歯 supernumerary" : ""}: ${words}`,
    )
    .join("\n");
}
