import { useEffect, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";

/** Counts down until sign-in may be tried again. */
export function LockedOut({
  seconds,
  onOver,
}: {
  seconds: number;
  onOver: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const [until] = useState(() => Date.now() + seconds * 1000);
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const tick = setInterval(() => {
      const now = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      setLeft(now);
      if (now === 0) onOver();
    }, 500);
    return () => clearInterval(tick);
  }, [until, onOver]);
  return (
    <p className="note note-problem" role="alert" data-code="locked_out">
      <strong>{t("problem.locked_out.detail")}</strong>{" "}
      {t("signIn.waitFor", { minutes: Math.floor(left / 60), seconds: left % 60 })}
    </p>
  );
}
