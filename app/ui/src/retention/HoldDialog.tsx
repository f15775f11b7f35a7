import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { governance } from "../backend/governance";
import { useKeepingAct, type KeptCase } from "../backend/retention";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { allSaid, Prose } from "../parts/Prose";
import { Whose } from "./Whose";

/** Places a hold on a case, or releases the one that is there, for a reason that is signed. */
export function HoldDialog({ one, onClose }: { one: KeptCase; onClose: () => void }): ReactElement {
  const { t } = useTranslation("retention");
  const [why, setWhy] = useState("");
  const [tried, setTried] = useState(false);
  const hold = one.hold;
  const sign = useKeepingAct((reason: string) =>
    governance.sign(
      hold
        ? { record: "release", hold: hold.id, why: reason }
        : { record: "hold", case: one.case_id, why: reason },
    ),
  );
  const title = hold ? t("releaseTitle") : t("holdTitle");
  return (
    <ConfirmDialog
      title={title}
      confirm={hold ? t("release") : t("hold")}
      busy={sign.isPending}
      error={sign.error}
      onConfirm={() => {
        setTried(true);
        if (allSaid(why)) sign.mutate(why.trim(), { onSuccess: onClose });
      }}
      onCancel={onClose}
    >
      <Whose subject={{ case_id: one.case_id }} />
      <p>
        <code>{one.case_id}</code>
      </p>
      <p>{hold ? t("releaseText") : t("holdText")}</p>
      <Prose label={t("why")} value={why} onChange={setWhy} required tried={tried} />
    </ConfirmDialog>
  );
}
