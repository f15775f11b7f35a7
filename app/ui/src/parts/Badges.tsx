import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { CaseState, Urgency } from "../backend/types";

export function StateBadge({ state }: { state: CaseState }): ReactElement {
  const { t } = useTranslation();
  return <span className={`badge state-${state}`}>{t(`state.${state}`)}</span>;
}

export function UrgencyBadge({ urgency }: { urgency: Urgency }): ReactElement {
  const { t } = useTranslation();
  return <span className={`badge urgency-${urgency}`}>{t(`urgency.${urgency}`)}</span>;
}

export function VerifiedBadge({ verified }: { verified: boolean }): ReactElement {
  const { t } = useTranslation();
  return verified ? (
    <span className="badge verified">✓ {t("case.verified")}</span>
  ) : (
    <span className="badge unverified" title={t("case.unverifiedHelp")}>
      ✗ {t("case.unverified")}
    </span>
  );
}
