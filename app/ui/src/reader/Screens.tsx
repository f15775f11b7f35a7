import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { openElsewhere, toggleFullScreen } from "./fullScreen";

/** Full screen, and a window of its own. */
export function Screens(): ReactElement {
  const { t } = useTranslation("reader");
  const [refused, setRefused] = useState(false);
  return (
    <>
      {document.fullscreenEnabled && (
        <button
          type="button"
          className="button button-quiet"
          title={t("key", { name: t("screens.full"), key: "F" })}
          onClick={toggleFullScreen}
        >
          {t("screens.full")}
        </button>
      )}
      <button
        type="button"
        className="button button-quiet"
        title={t("screens.windowHelp")}
        onClick={() => setRefused(!openElsewhere())}
      >
        {t("screens.window")}
      </button>
      {refused && (
        <span className="caution" role="alert">
          {t("screens.refused")}
        </span>
      )}
    </>
  );
}
