import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../parts/Field";
import { ProblemNote } from "../parts/ProblemNote";
import { registry } from "./client";
import { keys } from "./queries";

export function OperatorSignIn(): ReactElement {
  const { t } = useTranslation("registry");
  const client = useQueryClient();
  const [operator, setOperator] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [missing, setMissing] = useState(false);
  const signIn = useMutation({
    mutationFn: () => registry.signIn(operator.trim(), passphrase),
    onSuccess: () => client.invalidateQueries({ queryKey: [...keys.session] }),
    onError: () => setPassphrase(""),
  });
  return (
    <section className="sign-in card">
      <h1>{t("signIn.title")}</h1>
      <p className="quiet">{t("signIn.hint")}</p>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setMissing(passphrase === "");
          if (passphrase !== "") signIn.mutate();
        }}
      >
        <Field label={t("signIn.operator")} hint={t("signIn.operatorHint")}>
          {(control) => (
            <input
              {...control}
              name="operator"
              autoComplete="username"
              value={operator}
              onChange={(event) => setOperator(event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t("signIn.passphrase")}
          error={missing && passphrase === "" ? t("signIn.missing") : undefined}
        >
          {(control) => (
            <input
              {...control}
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
          {t("signIn.submit")}
        </button>
      </form>
    </section>
  );
}
