import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { NoticeGroup } from "../backend/noticeTypes";
import { Groups } from "./Groups";
import { desktopState } from "./useDesktopNotices";

/** On this desktop: the browser asks whether it may. */
export function DesktopCard({
  chosen,
  onChoose,
}: {
  chosen: NoticeGroup[];
  onChoose: (groups: NoticeGroup[]) => void;
}): ReactElement {
  const { t } = useTranslation("notices");
  const [state, setState] = useState(desktopState);
  return (
    <section className="card">
      <h2>{t("desktop.title")}</h2>
      <p className="quiet">{t(`desktop.${state}`)}</p>
      {state === "default" && (
        <button
          type="button"
          className="button"
          onClick={() => void Notification.requestPermission().then(setState)}
        >
          {t("desktop.allow")}
        </button>
      )}
      <Groups legend={t("which")} chosen={chosen} onChoose={onChoose} />
    </section>
  );
}
