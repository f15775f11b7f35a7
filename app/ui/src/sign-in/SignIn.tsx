import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { askedBy, isTyped, typedAnswer, type FactorAsked } from "../backend/factor";
import { Problem } from "../backend/problem";
import { keys, useSignInChoices } from "../backend/queries";
import type { SignInChoice } from "../backend/types";
import { Field } from "../parts/Field";
import { ProblemNote } from "../parts/ProblemNote";
import { WelcomeApplicant } from "../practice/Welcome";
import { href } from "../route";
import { LockedOut } from "./LockedOut";
import { waitOf } from "./wait";

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
      {choices.data?.length === 0 && <WelcomeApplicant />}
      {choices.data && choices.data.length > 0 && <SignInForm choices={choices.data} />}
      <a href={href({ page: "apply", step: null })}>{t("link", { ns: "apply" })}</a>
    </section>
  );
}

export function SignInForm({
  choices,
  preset = "",
}: {
  choices: SignInChoice[];
  preset?: string;
}): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const passphraseInput = useRef<HTMLInputElement>(null);
  const [id, setId] = useState(choices.length === 1 ? (choices[0]?.id ?? "") : preset);
  const [passphrase, setPassphrase] = useState("");
  const [missing, setMissing] = useState(false);
  const [code, setCode] = useState<string | null>(null);
  const [asked, setAsked] = useState<FactorAsked | null>(null);
  const signIn = useMutation({
    mutationFn: () => backend.signIn(id, passphrase, typedAnswer(code, asked)),
    onSuccess: ({ practitioner }) => {
      client.setQueryData(keys.session, practitioner);
      // Refused before signing in; allowed now.
      return client.invalidateQueries({ queryKey: keys.status });
    },
    onError: (error) => {
      // The passphrase is right: only the code is missing.
      if (error instanceof Problem && error.code === "second_factor_required") {
        setAsked(askedBy(error));
        setCode("");
        return;
      }
      if (code !== null) setCode("");
      if (error instanceof Problem && error.code === "second_factor_wrong") return;
      setPassphrase("");
      passphraseInput.current?.focus();
    },
  });
  const over = useCallback(() => signIn.reset(), [signIn]);
  const wait = waitOf(signIn.error);
  const onlyAsked =
    signIn.error instanceof Problem && signIn.error.code === "second_factor_required";

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
            onChange={(event) => {
              setId(event.target.value);
              setCode(null);
            }}
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
      {code !== null && (
        <Field
          label={t("signIn.code")}
          hint={t(isTyped(asked) ? "signIn.codeHint" : "signIn.recoveryCodeOnly")}
        >
          {(control) => (
            <input
              {...control}
              autoFocus
              name="code"
              autoComplete="one-time-code"
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
      )}
      {wait !== null && <LockedOut key={signIn.submittedAt} seconds={wait} onOver={over} />}
      {signIn.isError && wait === null && !onlyAsked && <ProblemNote error={signIn.error} />}
      <button
        type="submit"
        className="button button-primary"
        disabled={signIn.isPending || wait !== null}
      >
        {signIn.isPending ? t("signIn.submitting") : t("signIn.submit")}
      </button>
    </form>
  );
}
