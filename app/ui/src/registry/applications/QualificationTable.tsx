import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useMoment } from "../useMoment";
import { VerdictBadge } from "./Badges";
import { isVerdict } from "./verdict";
import type { Finding, PractitionerClaims } from "./types";

/** Each claimed qualification, and what the imported list says about it. */
export function QualificationTable({
  claims,
  findings,
}: {
  claims: PractitionerClaims;
  findings: Finding[];
}): ReactElement {
  const { t, i18n } = useTranslation("applications");
  const moment = useMoment();
  if (claims.qualifications.length === 0) {
    return <p className="quiet">{t("qualifications.none")}</p>;
  }
  return (
    <div className="table-scroll table-flat">
      <table className="cases">
        <caption>{t("qualifications.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("qualifications.what")}</th>
            <th scope="col">{t("qualifications.number")}</th>
            <th scope="col">{t("qualifications.until")}</th>
            <th scope="col">{t("qualifications.match")}</th>
          </tr>
        </thead>
        <tbody>
          {claims.qualifications.map((one) => {
            const found = findings.find((finding) => finding.qualification === one.code);
            return (
              <tr key={one.code} data-qualification={one.code}>
                <td>
                  {t(`qualification.${one.code}`)}
                  {one.ground && <div className="quiet prose">{one.ground}</div>}
                </td>
                <td>{one.number ?? "—"}</td>
                <td className="when">{one.valid_to ? moment.calendarDay(one.valid_to) : "—"}</td>
                <td>
                  {found && isVerdict(found.code) && <VerdictBadge verdict={found.code} />}
                  {found && saysMore(found.code) && (
                    <div className="quiet">
                      {i18n.language === "en" ? found.english : found.japanese}
                    </div>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Whether the sentence tells what the badge does not: another name, another number, a date. */
function saysMore(code: string): boolean {
  return ["listed-until", "listed-under-another-name", "listed-with-another-number"].includes(code);
}
