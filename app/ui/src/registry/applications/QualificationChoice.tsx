import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { VerdictBadge } from "./Badges";
import type { Finding, PractitionerClaims, QualificationCode } from "./types";
import { isVerdict } from "./verdict";

/** Which of the claimed qualifications the certificate will attest. */
export function QualificationChoice({
  claims,
  findings,
  chosen,
  onChange,
}: {
  claims: PractitionerClaims;
  findings: Finding[];
  chosen: QualificationCode[];
  onChange: (chosen: QualificationCode[]) => void;
}): ReactElement | null {
  const { t } = useTranslation("applications");
  if (claims.qualifications.length === 0) return null;
  return (
    <fieldset className="choices choices-tall">
      <legend>{t("approve.qualifications")}</legend>
      {claims.qualifications.map(({ code }) => {
        const found = findings.find((finding) => finding.qualification === code);
        return (
          <label key={code}>
            <input
              type="checkbox"
              name={`qualification-${code}`}
              checked={chosen.includes(code)}
              onChange={(event) =>
                onChange(
                  event.target.checked ? [...chosen, code] : chosen.filter((one) => one !== code),
                )
              }
            />
            <span>{t(`qualification.${code}`)}</span>
            {found && isVerdict(found.code) && <VerdictBadge verdict={found.code} />}
          </label>
        );
      })}
    </fieldset>
  );
}
