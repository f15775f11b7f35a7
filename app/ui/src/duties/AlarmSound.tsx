import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useChoose, useNotices } from "../backend/notices";

/** Whether I hear urgent findings; until the node has said so, nothing is heard. */
export function useHeard(enabled: boolean): boolean {
  const { data, isPending } = useNotices(enabled);
  // A node that does not answer must not silence an alarm (R9).
  return data ? data.settings.alarm_sound !== false : !isPending;
}

/** Says whether urgent findings are heard here, and changes it: for me, at every machine. They are seen in any case. */
export function AlarmSound(): ReactElement | null {
  const { t } = useTranslation("duties");
  const kept = useNotices().data;
  const choose = useChoose();
  if (!kept) return null;
  const on = kept.settings.alarm_sound !== false;
  const change = () =>
    choose.mutate({ settings: { ...kept.settings, alarm_sound: !on }, new_secret: false });
  return (
    <button
      type="button"
      className={on ? "button button-quiet" : "button button-quiet sound-off"}
      aria-pressed={on}
      aria-disabled={choose.isPending}
      title={t("alarm.soundHelp")}
      onClick={() => !choose.isPending && change()}
    >
      {t(on ? "alarm.soundOn" : "alarm.soundOff")}
    </button>
  );
}
