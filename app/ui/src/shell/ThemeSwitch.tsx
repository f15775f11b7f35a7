import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { chooseTheme, THEMES, useThemeChoice, type ThemeChoice } from "./theme";

/** Light, dark, or as the system is; kept in this browser. */
export function ThemeSwitch(): ReactElement {
  const { t } = useTranslation();
  return (
    <select
      className="theme-switch"
      aria-label={t("theme.label")}
      value={useThemeChoice()}
      onChange={(event) => chooseTheme(event.target.value as ThemeChoice)}
    >
      {THEMES.map((one) => (
        <option key={one} value={one}>
          {t(`theme.${one}`)}
        </option>
      ))}
    </select>
  );
}
