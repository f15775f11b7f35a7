import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useStatus } from "../backend/queries";
import { useFormat } from "../i18n/format";
import { SplitView } from "./SplitView";

/** Says on every page when this node knows too little of who holds a credential now, and what to do. */
export function RegisterWarning(): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const status = useStatus().data;
  // Before a credential is installed there is no register to know.
  if (!status?.network) return null;
  const { freshness: known, seen, split_views } = status.register;
  // A new node has just begun to read it, and can exchange nothing yet anyway.
  const freshness = known === "never" && status.node_fingerprint === null ? "current" : known;
  const since = seen ? format.dateTime(seen) : "—";
  const split = split_views > 0;
  if (!split && freshness === "current") return null;
  return (
    <div className="register-warning" role="alert" data-freshness={freshness}>
      {split && <SplitView count={split_views} />}
      {freshness !== "current" && (
        <p className={freshness === "ageing" ? "note" : "note note-problem"}>
          {t(`register.${freshness}`, { since })}
        </p>
      )}
    </div>
  );
}
