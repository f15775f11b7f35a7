import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { CeremonyMade } from "./CeremonyMade";
import { CeremonyPlan } from "./CeremonyPlan";
import { useCeremony } from "./queries";

/** Makes a root in the registry's memory, and sees to it that it outlives that: on paper, and sealed. */
export function Ceremony({ name }: { name: string | null }): ReactElement {
  const { t } = useTranslation();
  const held = useCeremony();
  if (held.isError) {
    return <ProblemNote error={held.error} onRetry={() => void held.refetch()} />;
  }
  if (held.isPending) return <p className="quiet">{t("common.loading")}</p>;
  return held.data ? <CeremonyMade held={held.data} /> : <CeremonyPlan name={name} />;
}
