import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import {
  governance,
  ofKind,
  POLICY_KINDS,
  useSign,
  type Draft,
  type GovernanceRecord,
  type Mine,
} from "../backend/governance";
import { ProblemNote } from "../parts/ProblemNote";
import { DueList } from "./DueList";
import { PaperText } from "./PaperText";
import { SignForm } from "./SignForm";

/** What is due of whoever is signed in: documents to read, her pledge, her training. */
export function MineCard({
  me,
  records,
  today,
}: {
  me: Mine;
  records: GovernanceRecord[];
  today: string;
}): ReactElement {
  const { t, i18n } = useTranslation("governance");
  const [pledge, setPledge] = useState<Draft | null>(null);
  const draft = useMutation({
    mutationFn: () => governance.draft<Draft>("pledge", i18n.language === "en" ? "en" : "ja"),
    onSuccess: setPledge,
  });
  return (
    <section className="card" aria-labelledby="mine-title">
      <h2 id="mine-title">{t("mine.title", { name: me.name })}</h2>
      <DueList due={me.due} />
      {me.due.some((one) => one.what === "acknowledgement") && (
        <Unread records={records} me={me} today={today} />
      )}
      <div className="buttons">
        {me.due.some((one) => one.what === "pledge") && (
          <button
            type="button"
            className="button button-primary"
            disabled={draft.isPending}
            onClick={() => draft.mutate()}
          >
            {t("mine.pledge")}
          </button>
        )}
      </div>
      {draft.isError && <ProblemNote error={draft.error} />}
      {pledge && (
        <SignForm
          title={t("mine.pledge")}
          complete
          statement={() => ({
            record: "pledge",
            person: { id: me.id, name: me.name },
            text: pledge.text,
            until: pledge.until,
          })}
          onClose={() => setPledge(null)}
        >
          {() => <PaperText text={pledge.text} />}
        </SignForm>
      )}
    </section>
  );
}

/** The documents in force that she has not acknowledged, each to be read before it is signed. */
function Unread({
  records,
  me,
  today,
}: {
  records: GovernanceRecord[];
  me: Mine;
  today: string;
}): ReactElement {
  const { t } = useTranslation("governance");
  const sign = useSign();
  const read = new Set(
    ofKind(records, "acknowledgement")
      .filter((one) => one.by === me.id)
      .map((one) => one.statement.policy),
  );
  const current = POLICY_KINDS.flatMap((kind) => {
    const versions = ofKind(records, "policy").filter((one) => one.statement.kind === kind);
    const one = versions.find((version) => version.statement.from <= today);
    return one && one.statement.until >= today && one.by !== me.id && !read.has(one.id)
      ? [one]
      : [];
  });
  return (
    <>
      {current.map((one) => (
        <details key={one.id}>
          <summary>
            {t(`kind.${one.statement.kind}`)} {t("version", { version: one.statement.version })}
          </summary>
          <PaperText text={one.statement.text} />
          <button
            type="button"
            className="button button-primary"
            disabled={sign.isPending}
            onClick={() => sign.mutate({ record: "acknowledgement", policy: one.id })}
          >
            {t("mine.acknowledge", { name: t(`kind.${one.statement.kind}`) })}
          </button>
        </details>
      ))}
      {sign.isError && <ProblemNote error={sign.error} />}
    </>
  );
}
