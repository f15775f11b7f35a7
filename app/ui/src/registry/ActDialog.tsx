import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Field } from "../parts/Field";
import type { CredentialAct } from "./CredentialActs";
import { FileButton } from "../parts/FileButton";
import { registry, type Outcome } from "./client";
import { useRegistryStatus } from "./queries";
import { REASONS, type Credential, type Reason } from "./types";
import { useAct } from "./useAct";

/** A year; and what the registry refuses to go beyond, days. */
const YEAR = "365";
const MOST = 366;

interface Draft {
  days: string;
  reason: Reason | "";
  /** PKCS#10, PEM, of the file of this name. */
  request: { name: string; pem: string } | null;
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
        <Field
          label={t("act.reason")}
          required
          error={tried && wrong ? t("act.reasonMissing") : undefined}
        >
          {(control) => (
            <select
              {...control}
              name="reason"
              value={draft.reason}
              onChange={(event) =>
                setDraft({ ...draft, reason: event.target.value as Reason | "" })
              }
            >
              <option value="">{t("act.choose")}</option>
              {REASONS.map((one) => (
                <option key={one} value={one}>
                  {t(`reason.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {act === "rekey" && (
        <div className="field">
          <FileButton
            label={t("act.request")}
            name="request"
            accept=".pem,.csr"
            busy={false}
            onFile={(file) =>
              void file
                .text()
                .then((pem) => setDraft((now) => ({ ...now, request: { name: file.name, pem } })))
            }
          />
          <p className="field-note" role="status">
            {draft.request?.name ?? t(tried ? "act.requestMissing" : "act.requestHint")}
          </p>
        </div>
      )}
      {(act === "renew" || act === "rekey") && (
        <Field
          label={t("act.days")}
          hint={t("act.daysHint", { most: MOST })}
          error={tried && wrong === "days" ? t("act.daysHint", { most: MOST }) : undefined}
        >
          {(control) => (
            <input
              {...control}
              className="short"
              name="days"
              inputMode="numeric"
              value={draft.days}
              onChange={(event) => setDraft({ ...draft, days: event.target.value })}
            />
          )}
        </Field>
      )}
      {fourEyes && act !== "suspend" && <p className="note">{t("act.waits")}</p>}
    </ConfirmDialog>
  );
}

function problemOf(act: CredentialAct, draft: Draft): "days" | "reason" | "request" | null {
  if (act === "revoke") return draft.reason === "" ? "reason" : null;
  if (act !== "renew" && act !== "rekey") return null;
  if (act === "rekey" && draft.request === null) return "request";
  const days = Number(draft.days);
  return Number.isInteger(days) && days >= 1 && days <= MOST ? null : "days";
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
