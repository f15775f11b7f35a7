import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { typedAnswer } from "../backend/factor";
import { keys } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";
import { Secret } from "./Secret";

export function ChangePassphrase({ needsCode }: { needsCode: boolean }): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const [code, setCode] = useState("");
  const change = useMutation({
    mutationFn: () => backend.changePassphrase(old, fresh, needsCode ? typedAnswer(code) : null),
    // Every session of hers has ended: she signs in with the new one.
    onSuccess: () => client.invalidateQueries({ queryKey: keys.session }),
  });
  const complete = old !== "" && fresh !== "" && fresh === again && (!needsCode || code !== "");
  return (
    <section className="card">
      <h2>{t("security.passphrase")}</h2>
      <p className="quiet">{t(needsCode ? "security.ruleWithFactor" : "security.ruleAlone")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Secret
          label={t("security.oldPassphrase")}
          kind="current-password"
          value={old}
          onChange={setOld}
        />
        <Secret
          label={t("security.newPassphrase")}
          kind="new-password"
          value={fresh}
          onChange={setFresh}
        />
        <Secret
          label={t("security.newAgain")}
          kind="new-password"
          value={again}
          onChange={setAgain}
        />
        {needsCode && (
          <Secret label={t("signIn.code")} kind="one-time-code" value={code} onChange={setCode} />
        )}
        {change.isError && <ProblemNote error={change.error} />}
        <button className="button button-primary" disabled={!complete || change.isPending}>
          {t("security.change")}
        </button>
      </form>
    </section>
  );
}
