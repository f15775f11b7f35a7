import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { CONSENT_FORM } from "../backend/client";
import { teethIn, toggleTooth } from "./teeth";
import { ToothChart } from "./ToothChart";

/** Teeth of the region that is asked about: chosen in the chart, they stand in the text by their numbers. */
export function RegionTeeth({
  region,
  onChange,
}: {
  region: string;
  onChange: (region: string) => void;
}): ReactElement {
  const { t } = useTranslation("report");
  return (
    <details className="region-teeth">
      <summary>{t("region.title")}</summary>
      <ToothChart
        label={t("region.title")}
        chosen={teethIn(region)}
        onToggle={(tooth) => onChange(toggleTooth(region, tooth))}
      />
    </details>
  );
}

/** The form on which the patient consents, to be printed and signed by hand. */
export function ConsentForm(): ReactElement {
  const { t } = useTranslation("report");
  return (
    <p className="quiet">
      <a href={CONSENT_FORM} download="consent-form.pdf">
        {t("consentForm")}
      </a>
    </p>
  );
}
