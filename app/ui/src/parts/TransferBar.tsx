import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Transfer } from "../backend/types";
import { useFormat } from "../i18n/format";
import { StuckNote } from "./StuckNote";

/** How far the images are. Full only when the node says so: bytes sent are not bytes received. */
export function TransferBar({ transfer }: { transfer: Transfer }): ReactElement | null {
  const { t } = useTranslation(["translation", "delivery"]);
  const format = useFormat();
  const { state, done, total, rate, seconds_left } = transfer;
  if (state === "none") return null;
  const moving = (state === "transferring" || (state === "connecting" && done > 0)) && total > 0;
  return (
    <div className={`transfer transfer-${state}`}>
      {moving && (
        // Without a value as long as nothing is known of the other side.
        <progress
          aria-label={t("transfer.label")}
          max={total}
          value={done > 0 ? done : undefined}
        />
      )}
      <span>
        {t(`transfer.${state}`)}
        {moving &&
          done > 0 &&
          ` ${t("delivery:amount", {
            done: format.bytes(done),
            total: format.bytes(total),
            percent: Math.floor((100 * done) / total),
          })}`}
      </span>
      {state === "transferring" && rate != null && rate > 0 && (
        <span>
          {t("delivery:rate", { rate: format.bytes(rate) })}
          {seconds_left != null && ` · ${left(seconds_left, t)}`}
        </span>
      )}
      <StuckNote stuck={transfer} />
    </div>
  );
}

type Translate = ReturnType<typeof useTranslation<["translation", "delivery"]>>["t"];

/** Roughly: nobody needs the seconds of an hour. */
function left(seconds: number, t: Translate): string {
  if (seconds <= 90) return t("delivery:left.seconds", { count: seconds });
  if (seconds <= 5400) return t("delivery:left.minutes", { count: Math.ceil(seconds / 60) });
  return t("delivery:left.hours", { count: Math.round(seconds / 360) / 10 });
}
