import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Standing } from "./types";

export function StandingBadge({ standing }: { standing: Standing }): ReactElement {
  const { t } = useTranslation("registry");
  return <span className={`badge standing-${standing}`}>{t(`standing.${standing}`)}</span>;
}
