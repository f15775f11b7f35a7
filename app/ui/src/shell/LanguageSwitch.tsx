import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { chooseLanguage } from "../i18n";

export function LanguageSwitch(): ReactElement {
  const { t, i18n } = useTranslation();
  const other = i18n.language === "en" ? "ja" : "en";
  return (
    <button
      type="button"
      className="button button-quiet"
      lang={other}
      onClick={() => chooseLanguage(other)}
    >
      {t(`language.${other}`)}
    </button>
  );
}
