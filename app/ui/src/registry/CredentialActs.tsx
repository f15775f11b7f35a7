import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ActDialog } from "./ActDialog";
import type { Outcome } from "./client";
import type { Credential, Standing } from "./types";

export type CredentialAct = "renew" | "rekey" | "suspend" | "reinstate" | "revoke";

/** What may be done in each standing; the registry decides, this only does not offer what it would refuse. */
const OFFERED: Record<Standing, CredentialAct[]> = {
  in_force: ["renew", "rekey", "suspend", "revoke"],
  suspended: ["reinstate", "revoke"],
  expired: ["revoke"],
  superseded: [],
  revoked: [],
};

export function CredentialActs({
  credential,
  onDone,
}: {
  credential: Credential;
  onDone: (outcome: Outcome) => void;
}): ReactElement | null {
  const { t } = useTranslation("registry");
  const [chosen, setChosen] = useState<CredentialAct | null>(null);
  const offered = OFFERED[credential.standing];
  if (offered.length === 0) return <p className="quiet">{t("act.nothing")}</p>;
  return (
    <div className="buttons">
      {offered.map((act) => (
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
          onDone={onDone}
        />
      )}
    </div>
  );
}
