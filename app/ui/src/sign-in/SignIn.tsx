import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { keys, useSignInChoices } from "../backend/queries";
import type { SignInChoice } from "../backend/types";
import { Field } from "../parts/Field";
import { ProblemNote } from "../parts/ProblemNote";

export function SignIn(): ReactElement {
  const { t } = useTranslation();
  const choices = useSignInChoices();
  return (
    <section className="sign-in card">
      <h1>{t("signIn.title")}</h1>
      <p className="quiet">{t("app.tagline")}</p>
      {choices.isPending && <p className="quiet">{t("common.loading")}</p>}
      {choices.isError && (
        <ProblemNote error={choices.error} onRetry={() => void choices.refetch()} />
      )}
      {choices.data?.length === 0 && <p className="note">{t("signIn.nobody")}</p>}
      {choices.data && choices.data.length > 0 && <SignInForm choices={choices.data} />}
    </section>
  );
}

function SignInForm({ choices }: { choices: SignInChoice[] }): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const passphraseInput = useRef<HTMLInputElement>(null);
  const [id, setId] = useState(choices.length === 1 ? (choices[0]?.id ?? "") : "");
  const [passphrase, setPassphrase] = useState("");
  const [missing, setMissing] = useState(false);
  const signIn = useMutation({
    mutationFn: () => backend.signIn(id, passphrase),
    onSuccess: ({ practitioner }) => {
      client.setQueryData(keys.session, practitioner);
      // Refused before signing in; allowed now.
      return client.invalidateQueries({ queryKey: keys.status });
    },
    onError: () => {
      setPassphrase("");
      passphraseInput.current?.focus();
    },
  });

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const incomplete = id === "" || passphrase === "";
        setMissing(incomplete);
        if (!incomplete) signIn.mutate();
      }}
    >
      <Field
        label={t("signIn.who")}
        error={missing && id === "" ? t("signIn.chooseWho") : undefined}
      >
        {(control) => (
          <select
            {...control}
            name="practitioner"
            value={id}
            onChange={(event) => setId(event.target.value)}
          >
            {choices.length > 1 && <option value="">—</option>}
            {choices.map((choice) => (
              <option key={choice.id} value={choice.id}>
                {choice.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label={t("signIn.passphrase")}
        error={missing && passphrase === "" ? t("signIn.enterPassphrase") : undefined}
      >
        {(control) => (
          <input
            {...control}
            ref={passphraseInput}
            name="passphrase"
            type="password"
            autoComplete="current-password"
            value={passphrase}
            onChange={(event) => setPassphrase(event.target.value)}
          />
        )}
      </Field>
      {signIn.isError && <ProblemNote error={signIn.error} />}
      <button type="submit" className="button button-primary" disabled={signIn.isPending}>
        {signIn.isPending ? t("signIn.submitting") : t("signIn.submit")}
      </button>
    </form>
  );
}
