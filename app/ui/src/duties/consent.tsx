import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Consent, Practitioner } from "../backend/types";
import { era } from "../i18n/format";
import { allSaid, Prose } from "../parts/Prose";
import { instant } from "./when";

export interface ConsentDraft {
  explainedBy: string;
  /** Local time, as `<input type="datetime-local">` gives it. */
  explainedAt: string;
  scope: string;
}

export function useConsent(me: Practitioner) {
  const { t } = useTranslation("duties");
  return useState<ConsentDraft>(() => ({
    explainedBy: me.name_ja,
    explainedAt: "",
    scope: t("readers.scope"),
  }));
}

/** The patient's consent as the node wants it; null while something is missing. */
export function consentOf({ explainedBy, explainedAt, scope }: ConsentDraft): Consent | null {
  const at = instant(explainedAt);
  if (at === null || !allSaid(explainedBy, scope)) return null;
  return { explained_by: explainedBy.trim(), explained_at: at, scope: scope.trim() };
}

export function ConsentFields({
  draft,
  onChange,
  tried,
}: {
  draft: ConsentDraft;
  onChange: (draft: ConsentDraft) => void;
  tried: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const text = (field: keyof ConsentDraft, label: "consentBy" | "consentAt" | "consentScope") => (
    <Prose
      label={t(`request.${label}`)}
      value={draft[field]}
      onChange={(value) => onChange({ ...draft, [field]: value })}
      rows={1}
      {...(field === "explainedAt"
        ? { type: "datetime-local" as const, hint: era(draft[field]) }
        : {})}
      required
      tried={tried}
    />
  );
  return (
    <>
      <div className="pair">
        {text("explainedBy", "consentBy")}
        {text("explainedAt", "consentAt")}
      </div>
      {text("scope", "consentScope")}
    </>
  );
}
