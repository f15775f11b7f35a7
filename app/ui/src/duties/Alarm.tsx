import { useEffect, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useUrgent } from "../backend/duties";
import { href } from "../route";
import { AlarmSound, useHeard } from "./AlarmSound";
import { sound } from "./sound";

/** How often an alarm sounds, and for how long it may be silenced: nothing but an acknowledgement ends it. */
const AGAIN_MS = 20_000;
const SILENCE_MS = 5 * 60_000;

/** On every page, while an urgent finding of mine is not acknowledged (R9): for the requester it can be heard too. */
export function Alarm({ signedIn }: { signedIn: boolean }): ReactElement | null {
  const { t } = useTranslation("duties");
  const urgent = useUrgent(signedIn);
  // One that comes later is heard all the same.
  const [silenced, setSilenced] = useState<string[]>([]);
  const open = signedIn ? (urgent.data ?? []).filter((one) => one.acknowledged === null) : [];
  const heard = useHeard(signedIn);
  const loud =
    heard && open.some((one) => one.role === "requesting" && !silenced.includes(one.entry_id));
  useEffect(() => {
    if (!loud) return;
    void sound();
    const again = setInterval(() => void sound(), AGAIN_MS);
    return () => clearInterval(again);
  }, [loud]);
  useEffect(() => {
    if (silenced.length === 0) return;
    const over = setTimeout(() => setSilenced([]), SILENCE_MS);
    return () => clearTimeout(over);
  }, [silenced]);
  if (open.length === 0) return null;
  return (
    <div className="alarm-bar" role="alert">
      {open.map((one) => (
        <p key={one.entry_id}>
          <strong>{t("urgent.title")}</strong>{" "}
          <a href={href({ page: "case", id: one.case_id })}>{one.patient_name}</a>{" "}
          {t(`urgent.category.${one.category}`)} —{" "}
          {t(one.role === "requesting" ? "alarm.mine" : "alarm.waits")}
        </p>
      ))}
      {!heard && <AlarmSound />}
      {loud && (
        <button
          type="button"
          className="button button-quiet"
          onClick={() => setSilenced(open.map((one) => one.entry_id))}
        >
          {t("alarm.silence")}
        </button>
      )}
    </div>
  );
}
