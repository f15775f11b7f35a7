import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import {
  governance,
  ofKind,
  paperFile,
  POLICY_KINDS,
  type Draft,
  type GovernanceRecord,
  type Mine,
  type PolicyKind,
} from "../backend/governance";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";
import { PolicyForm } from "./PolicyForm";

export type PolicyDraft = Draft & {
  record: "policy";
  kind: PolicyKind;
  language: "ja" | "en";
  version: number;
};

/** The documents of the house: which version is in force, and the next one. */
export function PoliciesCard({
  records,
  me,
}: {
  records: GovernanceRecord[];
  me: Mine;
}): ReactElement {
  const { t, i18n } = useTranslation("governance");
  const format = useFormat();
  const [editing, setEditing] = useState<PolicyDraft | null>(null);
  const begin = useMutation({
    mutationFn: (kind: PolicyKind) =>
      governance.draft<PolicyDraft>(kind, i18n.language === "en" ? "en" : "ja"),
    onSuccess: setEditing,
  });
  return (
    <section className="card" aria-labelledby="policies-title">
      <h2 id="policies-title">{t("policies.title")}</h2>
      <p className="quiet">{t("policies.intro")}</p>
      <ul className="plain">
        {POLICY_KINDS.map((kind) => {
          const newest = ofKind(records, "policy").find((one) => one.statement.kind === kind);
          return (
            <li key={kind} data-policy={kind}>
              <h3>{t(`kind.${kind}`)}</h3>
              {newest ? (
                <p>
                  {t("policies.signed", {
                    version: newest.statement.version,
                    name: newest.name,
                    from: format.date(newest.statement.from),
                    until: format.date(newest.statement.until),
                  })}{" "}
                  <a href={paperFile(newest.id)} target="_blank" rel="noreferrer">
                    {t("pdf")}
                  </a>
                </p>
              ) : (
                <p className="quiet">{t("policies.none")}</p>
              )}
              {me.duties.includes("policies") && (
                <button
                  type="button"
                  className="button"
                  disabled={begin.isPending}
                  onClick={() => begin.mutate(kind)}
                >
                  {t(newest ? "policies.renew" : "policies.make", { name: t(`kind.${kind}`) })}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {begin.isError && <ProblemNote error={begin.error} />}
      {editing && <PolicyForm begun={editing} onClose={() => setEditing(null)} />}
    </section>
  );
}
