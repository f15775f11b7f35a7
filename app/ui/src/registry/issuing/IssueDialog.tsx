import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { DaysField } from "../DaysField";
import { RequestFile } from "../RequestFile";
import { registry, type Outcome } from "../client";
import { useRegistryStatus } from "../queries";
import { useAct } from "../useAct";
import { NodeFields } from "./NodeFields";
import { PractitionerFields } from "./PractitionerFields";
import { EMPTY, orderOf, wrongIn, type IssueDraft } from "./order";

/** Issues a certificate for a request that came on paper: what an application says is typed here. */
export function IssueDialog({
  onClose,
  onDone,
}: {
  onClose: () => void;
  onDone: (outcome: Outcome) => void;
}): ReactElement {
  const { t } = useTranslation("registry");
  const fourEyes = useRegistryStatus().data?.four_eyes ?? false;
  const [draft, setDraft] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const issue = useAct(() => registry.issue(orderOf(draft)));
  const wrong = wrongIn(draft);
  const set = (change: Partial<IssueDraft>) => setDraft((now) => ({ ...now, ...change }));
  const shown = { draft, wrong: tried ? wrong : [], set };
  return (
    <ConfirmDialog
      title={t("issue.title")}
      confirm={t("issue.confirm")}
      busy={issue.isPending}
      error={issue.error}
      onCancel={onClose}
      onConfirm={() => {
        setTried(true);
        if (wrong.length > 0) return;
        issue.mutate(undefined, {
          onSuccess: (outcome) => {
            onDone(outcome);
            onClose();
          },
        });
      }}
    >
      <p>{t("issue.means")}</p>
      <fieldset className="choices">
        <legend>{t("list.kind")}</legend>
        {(["practitioner", "node"] as const).map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name="kind"
              checked={draft.kind === kind}
              onChange={() => set({ kind })}
            />
            <span>{t(`kind.${kind}`)}</span>
          </label>
        ))}
      </fieldset>
      <RequestFile
        label={t("issue.request")}
        value={draft.request}
        missing={tried}
        onChange={(request) => set({ request })}
      />
      {draft.kind === "practitioner" ? (
        <PractitionerFields {...shown} />
      ) : (
        <NodeFields {...shown} />
      )}
      <DaysField
        value={draft.days}
        wrong={shown.wrong.includes("days")}
        onChange={(days) => set({ days })}
      />
      {fourEyes && <p className="note">{t("act.waits")}</p>}
    </ConfirmDialog>
  );
}
