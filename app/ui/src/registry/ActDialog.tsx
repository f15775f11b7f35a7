import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import type { CredentialAct } from "./CredentialActs";
import { DaysField } from "./DaysField";
import { RequestFile, type RequestPem } from "./RequestFile";
import { SelectField } from "./SelectField";
import { registry, type Outcome } from "./client";
import { areDays, YEAR } from "./days";
import { useRegistryStatus } from "./queries";
import { REASONS, type Credential, type Reason } from "./types";
import { useAct } from "./useAct";

interface Draft {
  days: string;
  reason: Reason | "";
  request: RequestPem | null;
}

/** Asks what an act still needs, says what it does, and does it. */
export function ActDialog({
  act,
  credential,
  onClose,
  onDone,
}: {
  act: CredentialAct;
  credential: Credential;
  onClose: () => void;
  onDone: (outcome: Outcome) => void;
}): ReactElement {
  const { t } = useTranslation("registry");
  const fourEyes = useRegistryStatus().data?.four_eyes ?? false;
  const [draft, setDraft] = useState<Draft>({ days: YEAR, reason: "", request: null });
  const [tried, setTried] = useState(false);
  const wrong = problemOf(act, draft);
  const done = useAct(() => perform(act, credential.fingerprint, draft));
  return (
    <ConfirmDialog
      title={t("act.title", { act: t(`act.${act}`), subject: credential.subject })}
      confirm={t(`act.${act}`)}
      danger={act === "revoke"}
      busy={done.isPending}
      error={done.error}
      onCancel={onClose}
      onConfirm={() => {
        setTried(true);
        if (wrong) return;
        done.mutate(undefined, {
          onSuccess: (outcome) => {
            onDone(outcome);
            onClose();
          },
        });
      }}
    >
      <p>{t(`act.means.${act}`)}</p>
      {act === "revoke" && (
        <SelectField
          label={t("act.reason")}
          name="reason"
          value={draft.reason}
          none={t("act.choose")}
          options={REASONS.map((one) => [one, t(`reason.${one}`)] as const)}
          required
          error={tried && wrong ? t("act.reasonMissing") : undefined}
          onChange={(reason) => setDraft({ ...draft, reason })}
        />
      )}
      {act === "rekey" && (
        <RequestFile
          label={t("act.request")}
          value={draft.request}
          missing={tried}
          onChange={(request) => setDraft((now) => ({ ...now, request }))}
        />
      )}
      {(act === "renew" || act === "rekey") && (
        <DaysField
          value={draft.days}
          wrong={tried && wrong === "days"}
          onChange={(days) => setDraft({ ...draft, days })}
        />
      )}
      {fourEyes && act !== "suspend" && <p className="note">{t("act.waits")}</p>}
    </ConfirmDialog>
  );
}

function problemOf(act: CredentialAct, draft: Draft): "days" | "reason" | "request" | null {
  if (act === "revoke") return draft.reason === "" ? "reason" : null;
  if (act !== "renew" && act !== "rekey") return null;
  if (act === "rekey" && draft.request === null) return "request";
  return areDays(draft.days) ? null : "days";
}

function perform(act: CredentialAct, fingerprint: string, draft: Draft): Promise<Outcome> {
  switch (act) {
    case "renew":
      return registry.renew(fingerprint, Number(draft.days));
    case "rekey":
      return registry.rekey(fingerprint, draft.request?.pem ?? "", Number(draft.days));
    case "suspend":
      return registry.suspend(fingerprint);
    case "reinstate":
      return registry.reinstate(fingerprint);
    case "revoke":
      return registry.revoke(fingerprint, draft.reason || "unspecified");
  }
}
