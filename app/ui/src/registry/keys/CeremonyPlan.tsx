import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../../parts/Field";
import { ProblemNote } from "../../parts/ProblemNote";
import { ChooseSecret, isChosen, NOTHING } from "./Secret";
import { ceremony } from "./client";
import { useTaken } from "./queries";

/** What a root is made of: a name, its shares, and a passphrase for the sealed copy. */
export function CeremonyPlan({ name }: { name: string | null }): ReactElement {
  const { t } = useTranslation("registryKeys");
  const [draft, setDraft] = useState({ name: name ?? "", shares: "5", threshold: "3" });
  const [passphrase, setPassphrase] = useState(NOTHING);
  const [tried, setTried] = useState(false);
  const begin = useMutation({ mutationFn: ceremony.begin, onSuccess: useTaken() });
  const shares = count(draft.shares);
  const threshold = count(draft.threshold);
  const fits = shares <= 16 && threshold >= 2 && threshold <= shares;
  const ready = draft.name.trim() !== "" && fits && isChosen(passphrase);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!ready) return;
        const plan = { name: draft.name, shares, threshold, passphrase: passphrase.first };
        begin.mutate(plan);
      }}
    >
      {name === null && (
        <Field
          label={t("ceremony.name")}
          hint={t("ceremony.nameHint")}
          error={tried && draft.name.trim() === "" ? t("hand.missing") : undefined}
        >
          {(control) => (
            <input
              {...control}
              name="registryName"
              value={draft.name}
              onChange={(event) => setDraft({ ...draft, name: event.target.value })}
            />
          )}
        </Field>
      )}
      <div className="pair">
        {(["shares", "threshold"] as const).map((field) => (
          <Field
            key={field}
            label={t(`ceremony.${field}`)}
            hint={t(`ceremony.${field}Hint`)}
            error={tried && !fits ? t("ceremony.numberWrong") : undefined}
          >
            {(control) => (
              <input
                {...control}
                name={field}
                inputMode="numeric"
                value={draft[field]}
                onChange={(event) => setDraft({ ...draft, [field]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <ChooseSecret
        label={t("ceremony.passphrase")}
        name="copyPassphrase"
        value={passphrase}
        tried={tried}
        onChange={setPassphrase}
      />
      {begin.isError && <ProblemNote error={begin.error} />}
      <button type="submit" className="button button-primary" disabled={begin.isPending}>
        {t(begin.isPending ? "ceremony.making" : "ceremony.make")}
      </button>
    </form>
  );
}

function count(text: string): number {
  return /^\d{1,2}$/.test(text.trim()) ? Number(text) : 0;
}
