import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { governance, type Facts } from "../backend/governance";
import { ProblemNote } from "../parts/ProblemNote";
import { allSaid, Prose } from "../parts/Prose";
import { PaperText } from "./PaperText";
import type { PolicyDraft } from "./PoliciesCard";
import { SignForm } from "./SignForm";

const TEXTS = ["institution", "manager", "administrator", "contact", "devices"] as const;
const YEARS = ["record_years", "image_years"] as const;
const OPEN = "＿＿＿＿";

/** Fills a document in with the facts of the house; the text may then be changed, is read, and signed. */
export function PolicyForm({
  begun,
  onClose,
}: {
  begun: PolicyDraft;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("governance");
  const [draft, setDraft] = useState(begun);
  const [facts, setFacts] = useState<Facts>(begun.facts);
  const [changing, setChanging] = useState(false);
  const fill = useMutation({
    mutationFn: () => governance.draft<PolicyDraft>(draft.kind, draft.language, facts),
    onSuccess: (filled) => setDraft({ ...filled, until: draft.until }),
  });
  const open = draft.text.includes(OPEN);
  return (
    <SignForm
      title={`${t(`kind.${draft.kind}`)} ${t("version", { version: draft.version })}`}
      complete={!open && allSaid(draft.text, draft.until)}
      statement={() => draft}
      onClose={onClose}
    >
      {(tried) => (
        <>
          {TEXTS.map((name) => (
            <Prose
              key={name}
              label={t(`facts.${name}`)}
              value={facts[name] ?? ""}
              onChange={(value) => setFacts({ ...facts, [name]: value === "" ? null : value })}
              rows={1}
              required
              tried={tried}
            />
          ))}
          {YEARS.map((name) => (
            <Prose
              key={name}
              label={t(`facts.${name}`)}
              value={String(facts[name] ?? "")}
              onChange={(value) =>
                setFacts({ ...facts, [name]: /^\d{1,2}$/.test(value) ? Number(value) : null })
              }
              rows={1}
            />
          ))}
          {draft.kind === "management" && (
            <label>
              <input
                type="checkbox"
                checked={facts.deletion_by_two === true}
                onChange={(event) => setFacts({ ...facts, deletion_by_two: event.target.checked })}
              />
              {t("facts.deletion_by_two")}
            </label>
          )}
          <button
            type="button"
            className="button"
            disabled={fill.isPending}
            onClick={() => fill.mutate()}
          >
            {t("policies.fill")}
          </button>
          {fill.isError && <ProblemNote error={fill.error} />}
          <Prose
            label={t("policies.until")}
            type="date"
            rows={1}
            value={draft.until}
            onChange={(until) => setDraft({ ...draft, until })}
            required
            tried={tried}
          />
          {changing ? (
            <Prose
              label={t("policies.text")}
              rows={16}
              value={draft.text}
              onChange={(text) => setDraft({ ...draft, text })}
              required
              tried={tried}
            />
          ) : (
            <>
              <PaperText text={draft.text} />
              <button type="button" className="button" onClick={() => setChanging(true)}>
                {t("policies.change")}
              </button>
            </>
          )}
          {open && (
            <p className="note" role="status">
              {t("policies.open")}
            </p>
          )}
        </>
      )}
    </SignForm>
  );
}
