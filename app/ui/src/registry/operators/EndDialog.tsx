import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import type { Outcome } from "../client";
import { isTyped, Typed } from "../keys/Typed";
import { useAct } from "../useAct";
import { staff } from "./client";

/** Lets an operator go, once her name was typed. */
export function EndDialog({
  name,
  waits,
  onClose,
  onDone,
}: {
  name: string;
  waits: boolean;
  onClose: () => void;
  onDone: (outcome: Outcome) => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const words = useTranslation("registry").t;
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const end = useAct(() => staff.end(name));
  return (
    <ConfirmDialog
      title={t("operators.endTitle", { name })}
      confirm={t("operators.end")}
      danger
      busy={end.isPending}
      error={end.error}
      onCancel={onClose}
      onConfirm={() => {
        setTried(true);
        if (!isTyped(typed, name)) return;
        end.mutate(undefined, {
          onSuccess: (outcome) => {
            onDone(outcome);
            onClose();
          },
        });
      }}
    >
      <p>{t("operators.endMeans")}</p>
      <Typed
        label={t("roll.typeName", { word: name })}
        word={name}
        value={typed}
        tried={tried}
        onChange={setTyped}
      />
      {waits && <p className="note">{words("act.waits")}</p>}
    </ConfirmDialog>
  );
}
