import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useIsPractice } from "../backend/practice";
import type { Route } from "../route";

/** On every page that shows the practice study: that it is of nobody, and goes to nobody. */
export function PracticeMark({ route }: { route: Route }): ReactElement | null {
  const { t } = useTranslation("practice");
  const shown = useIsPractice("study" in route ? route.study : null);
  if (!shown) return null;
  return (
    <p className="practice-mark" role="note">
      <strong>{t("mark")}</strong> {t("nobody")}
    </p>
  );
}
