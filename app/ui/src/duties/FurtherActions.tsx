import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import type { CaseDetail, Practitioner } from "../backend/types";
import { WithReason } from "../parts/WithReason";
import { Amend } from "./Amend";
import { Bring } from "./Bring";
import { TellIncidental } from "./Incidental";
import { Inform } from "./Inform";
import { furtherFor, type Further } from "./offered";
import { Ask } from "./Queries";
import { TellUrgent } from "./TellUrgent";

/** What else may be done, beside the next step. */
export function FurtherActions({
  detail,
  me,
}: {
  detail: CaseDetail;
  me: Practitioner;
}): ReactElement | null {
  const { t } = useTranslation("duties");
  const [open, setOpen] = useState<Further | null>(null);
  const offered = furtherFor(detail);
  const close = () => setOpen(null);
  if (offered.length === 0) return null;
  return (
    <div className="buttons further" role="group" aria-label={t("further.title")}>
      {offered.map((one) => (
        <button
          key={one}
          type="button"
          className={one === "urgent" ? "button button-danger" : "button button-quiet"}
          onClick={() => setOpen(one)}
        >
          {t(`further.${one}`)}
        </button>
      ))}
      {open === "urgent" && <TellUrgent detail={detail} onClose={close} />}
      {open === "incidental" && <TellIncidental detail={detail} onClose={close} />}
      {open === "ask" && <Ask detail={detail} onClose={close} />}
      {open === "amend" && <Amend detail={detail} onClose={close} />}
      {open === "inform" && <Inform detail={detail} me={me} onClose={close} />}
      {open === "forward" && <Bring detail={detail} me={me} onClose={close} />}
      {open === "withdraw" && (
        <WithReason
          title={t("withdraw.title")}
          text={t("withdraw.text")}
          confirm={t("further.withdraw")}
          act={(reason) => acts.withdraw(detail.case_id, reason)}
          onClose={close}
        />
      )}
    </div>
  );
}
