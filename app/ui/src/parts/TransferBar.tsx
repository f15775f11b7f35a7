import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Transfer } from "../backend/types";
import { useFormat } from "../i18n/format";

/** How far the images are. Full only when the node says so: bytes sent are not bytes received. */
export function TransferBar({ transfer }: { transfer: Transfer }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  if (transfer.state === "none") return null;
  const moving = transfer.state === "transferring" && transfer.total > 0;
  return (
    <div className={`transfer transfer-${transfer.state}`}>
      {moving && (
        // The sender learns of progress by the receipt only: until then the bar moves without a value.
        <progress
          aria-label={t("transfer.label")}
          max={transfer.total}
          value={transfer.done > 0 ? transfer.done : undefined}
        />
      )}
      <span>
        {t(`transfer.${transfer.state}`)}
        {moving &&
          transfer.done > 0 &&
          ` ${format.bytes(transfer.done)} / ${format.bytes(transfer.total)}`}
      </span>
    </div>
  );
}
