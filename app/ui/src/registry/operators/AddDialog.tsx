import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import type { Outcome } from "../client";
import { ChooseSecret, isChosen, NOTHING } from "../keys/Secret";
import { useAct } from "../useAct";
import { NameField, isName } from "./NameField";
import { staff } from "./client";

/** Names an operator; she types her own passphrase. */
export function AddDialog({
  first,
  waits,
  onClose,
  onDone,
}: {
  /** There is none yet. */
  first: boolean;
  /** Another operator has to approve it. */
  waits: boolean;
  onClose: () => void;
  onDone: (outcome: Outcome) => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const words = useTranslation("registry").t;
  const [name, setName] = useState("");
  const [passphrase, setPassphrase] = useState(NOTHING);
  const [tried, setTried] = useState(false);
  const add = useAct(() => staff.add(name.trim(), passphrase.first));
  return (
    <ConfirmDialog
      title={t("operators.add")}
      confirm={t("operators.add")}
      busy={add.isPending}
      error={add.error}
      onCancel={onClose}
      onConfirm={() => {
        setTried(true);
        if (!isName(name) || !isChosen(passphrase)) return;
        add.mutate(undefined, {
          onSuccess: (outcome) => {
            onDone(outcome);
            onClose();
          },
        });
      }}
    >
      <p>{t("operators.addMeans")}</p>
      <NameField label={t("operators.name")} value={name} tried={tried} onChange={setName} />
      <ChooseSecret
        label={t("secret.new")}
        name="newPassphrase"
        value={passphrase}
        tried={tried}
        onChange={setPassphrase}
      />
      {first && <p className="note">{t("operators.addFirst")}</p>}
      {waits && <p className="note">{words("act.waits")}</p>}
    </ConfirmDialog>
  );
}
