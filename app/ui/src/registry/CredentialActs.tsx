import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Field } from "../parts/Field";
import { registry } from "./client";
import { REASONS, type Credential, type Reason } from "./types";
import { useAct } from "./useAct";

type Act = "renew" | "suspend" | "reinstate" | "revoke";
const YEAR = 365;

/** What may be done in each standing; the registry decides, this only does not offer what it would refuse. */
function offered(credential: Credential): Act[] {
  switch (credential.standing) {
    case "in_force":
      return ["renew", "suspend", "revoke"];
    case "suspended":
      return ["reinstate", "revoke"];
    case "expired":
      return ["renew"];
    case "superseded":
    case "revoked":
      return [];
  }
}

export function CredentialActs({
  credential,
  onWaits,
}: {
  credential: Credential;
  onWaits: () => void;
}): ReactElement {
  const { t } = useTranslation("registry");
  const [chosen, setChosen] = useState<Act | null>(null);
  return (
    <div className="buttons">
      {offered(credential).map((act) => (
        <button
          key={act}
          type="button"
          className={act === "revoke" ? "button button-danger" : "button"}
          onClick={() => setChosen(act)}
        >
          {t(`act.${act}`)}
        </button>
      ))}
      {chosen && (
        <ActDialog
          act={chosen}
          credential={credential}
          onClose={() => setChosen(null)}
          onWaits={onWaits}
        />
      )}
    </div>
  );
}

function ActDialog({
  act,
  credential,
  onClose,
  onWaits,
}: {
  act: Act;
  credential: Credential;
  onClose: () => void;
  onWaits: () => void;
}): ReactElement {
  const { t } = useTranslation("registry");
  const [reason, setReason] = useState<Reason>("keyCompromise");
  const done = useAct(() => perform(act, credential.fingerprint, reason));
  return (
    <ConfirmDialog
      title={t("act.title", { act: t(`act.${act}`), subject: credential.subject })}
      confirm={t(`act.${act}`)}
      danger={act === "revoke"}
      busy={done.isPending}
      error={done.error}
      onCancel={onClose}
      onConfirm={() =>
        done.mutate(undefined, {
          onSuccess: ({ pending }) => {
            if (pending) onWaits();
            onClose();
          },
        })
      }
    >
      <p>{t(`act.means.${act}`)}</p>
      {act === "revoke" && (
        <Field label={t("act.reason")}>
          {(control) => (
            <select
              {...control}
              name="reason"
              value={reason}
              onChange={(event) => setReason(event.target.value as Reason)}
            >
              {REASONS.map((one) => (
                <option key={one} value={one}>
                  {t(`reason.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </ConfirmDialog>
  );
}

function perform(act: Act, fingerprint: string, reason: Reason): Promise<{ pending?: string }> {
  switch (act) {
    case "renew":
      return registry.renew(fingerprint, YEAR);
    case "suspend":
      return registry.suspend(fingerprint);
    case "reinstate":
      return registry.reinstate(fingerprint);
    case "revoke":
      return registry.revoke(fingerprint, reason);
  }
}
