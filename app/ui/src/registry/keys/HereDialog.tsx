import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { useAct } from "../useAct";
import { HandFields } from "./HandFields";
import { isTyped, Typed } from "./Typed";
import { keyring } from "./client";
import { emptyHand, handOf, isReady } from "./hand";

/** Does with the root's key in hand, on this computer, what only the root can do. */
export function HereDialog({
  what,
  name,
  keyHere,
  onClose,
  onDone,
}: {
  what: "authority" | "root" | "register";
  /** The registry's, to be typed. */
  name: string;
  keyHere: boolean;
  onClose: () => void;
  onDone: () => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const [draft, setDraft] = useState(() => emptyHand(keyHere));
  const [compromised, setCompromised] = useState(false);
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const act = useAct(async () => {
    const hand = await handOf(draft);
    if (what === "authority") return keyring.takeAuthority({ root: hand });
    if (what === "root") return keyring.takeRoot({ ceremony: hand });
    return keyring.changeRegisterKey(hand, compromised);
  });
  const verb = { authority: "takeAuthority", root: "takeRoot", register: "change" } as const;
  return (
    <ConfirmDialog
      title={t(`roll.${what}`)}
      confirm={t(`roll.${verb[what]}`)}
      danger
      busy={act.isPending}
      error={act.error}
      onCancel={onClose}
      onConfirm={() => {
        setTried(true);
        if (isReady(draft) && isTyped(typed, name)) act.mutate(undefined, { onSuccess: onDone });
      }}
    >
      <p>{t(`roll.${what}Means`)}</p>
      <HandFields draft={draft} keyHere={keyHere} tried={tried} onChange={setDraft} />
      {what === "register" && (
        <label className="check">
          <input
            type="checkbox"
            name="compromised"
            checked={compromised}
            onChange={(event) => setCompromised(event.target.checked)}
          />
          <span>{t("roll.compromised")}</span>
        </label>
      )}
      <Typed
        label={t("roll.typeName", { word: name })}
        word={name}
        value={typed}
        tried={tried}
        onChange={setTyped}
      />
    </ConfirmDialog>
  );
}
