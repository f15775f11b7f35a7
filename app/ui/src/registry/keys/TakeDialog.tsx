import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { Facts } from "../Facts";
import { useAct } from "../useAct";
import { useMoment } from "../useMoment";
import { beginning, isTyped, Typed } from "./Typed";
import { keyring } from "./client";
import type { CarriedRoot, Preview } from "./types";

/** A certificate that came from the root's computer. */
export type Came =
  | { what: "authority"; certificate: string; preview: Preview }
  | { what: "root"; carried: CarriedRoot; preview: Preview };

/** Shows a certificate once more, and takes it into service when its fingerprint was typed. */
export function TakeDialog({
  came,
  onClose,
  onDone,
}: {
  came: Came;
  onClose: () => void;
  onDone: () => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const moment = useMoment();
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const { preview, what } = came;
  const word = beginning(preview.fingerprint);
  const take = useAct(() =>
    came.what === "authority"
      ? keyring.takeAuthority({ certificate: came.certificate })
      : keyring.takeRoot({ carried: came.carried }),
  );
  return (
    <ConfirmDialog
      title={t(`roll.${what}`)}
      confirm={t(what === "authority" ? "roll.takeAuthority" : "roll.takeRoot")}
      danger
      busy={take.isPending}
      error={take.error}
      onCancel={onClose}
      onConfirm={() => {
        setTried(true);
        if (isTyped(typed, word)) take.mutate(undefined, { onSuccess: onDone });
      }}
    >
      <p>{t(`roll.${what}Means`)}</p>
      <Facts
        rows={[
          [t("keys.subject"), preview.subject],
          [t("keys.fingerprint"), <span className="code">{preview.fingerprint}</span>],
          [
            t("keys.validity"),
            `${moment.on(preview.validity.not_before)} – ${moment.on(preview.validity.not_after)}`,
          ],
        ]}
      />
      <p className="note">{t("roll.compare")}</p>
      <Typed label={t("roll.type")} word={word} value={typed} tried={tried} onChange={setTyped} />
    </ConfirmDialog>
  );
}
