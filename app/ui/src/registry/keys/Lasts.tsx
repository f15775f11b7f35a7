import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useMoment } from "../useMoment";
import { useNow } from "../useNow";
import type { Validity } from "./types";

/** Since when, until when, and how long that is. */
export function Lasts({ validity }: { validity: Validity }): ReactElement {
  const { t } = useTranslation("registryKeys");
  const moment = useMoment();
  const days = Math.floor((validity.not_after - useNow()) / 86_400);
  return (
    <span>
      {moment.on(validity.not_before)} – {moment.on(validity.not_after)}{" "}
      <span className="badge">
        {days < 0 ? t("keys.over") : t("keys.left", { days: days.toLocaleString() })}
      </span>
    </span>
  );
}
