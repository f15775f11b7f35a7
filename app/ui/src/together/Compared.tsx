import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Comparison } from "../backend/together";
import { useFormat } from "../i18n/format";

/** The reports of two readers side by side, and where they say the same. */
export function Compared({ comparison }: { comparison: Comparison }): ReactElement {
  const { t } = useTranslation(["together", "duties"]);
  const format = useFormat();
  const name = (one: Comparison["first"]) => (one.by ? format.person(one.by) : "—");
  const [first, second] = [name(comparison.first), name(comparison.second)];
  const { lines } = comparison;
  const agree = lines.filter((one) => one.agreement === "agree").length;
  const of = (one: (typeof lines)[number]) => {
    if (one.part !== null) return t(`duties:version.field.${one.part}`);
    const number = one.tooth;
    return t(one.supernumerary ? "compared.supernumerary" : "compared.tooth", { number });
  };
  return (
    <>
      <div className="table-frame">
        <table className="compared">
          <caption>{t("compared.caption", { first, second })}</caption>
          <thead>
            <tr>
              <th scope="col">{t("compared.of")}</th>
              <th scope="col">{first}</th>
              <th scope="col">{second}</th>
              <th scope="col">{t("compared.agreement")}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((one) => (
              <tr
                key={`${one.part ?? ""} ${one.tooth ?? ""} ${one.supernumerary}`}
                data-agreement={one.agreement}
              >
                <th scope="row">{of(one)}</th>
                <Said words={one.first} />
                <Said words={one.second} />
                <td>
                  {one.agreement === "agree" ? "＝" : "≠"} {t(`agreement.${one.agreement}`)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet">
        {t("compared.of_lines", { lines: lines.length, agree })} — {t("compared.note")}
      </p>
    </>
  );
}

function Said({ words }: { words: string }): ReactElement {
  const { t } = useTranslation("together");
  return words.trim() === "" ? (
    <td className="quiet">{t("compared.nothing")}</td>
  ) : (
    <td className="prose">{words}</td>
  );
}
