import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { typedAnswer } from "../backend/factor";
import { keys } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";
import { Secret } from "./Secret";

/** A random key to be printed and locked away. It is shown once. */
export function RecoveryKit({
  needsCode,
  made,
}: {
  needsCode: boolean;
  made: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [passphrase, setPassphrase] = useState("");
  const [code, setCode] = useState("");
  const make = useMutation({
    mutationFn: () => backend.makeRecoveryKit(passphrase, needsCode ? typedAnswer(code) : null),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.security }),
    onSettled: () => setPassphrase(""),
  });
  return (
    <section className="card">
      <h2>{t("security.kit")}</h2>
      <p className="quiet">{t(made ? "security.kitMade" : "security.kitNone")}</p>
      {make.data ? (
        <>
          <p className="note">{t("security.kitPrint")}</p>
          <a
            className="button button-primary"
            download="dokuei-recovery-kit.html"
            href={`data:text/html;charset=utf-8,${encodeURIComponent(make.data.page)}`}
          >
            {t("security.kitSave")}
          </a>
        </>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          <Secret
            label={t("signIn.passphrase")}
            kind="current-password"
            value={passphrase}
            onChange={setPassphrase}
          />
          {needsCode && (
            <Secret label={t("signIn.code")} kind="one-time-code" value={code} onChange={setCode} />
          )}
          {make.isError && <ProblemNote error={make.error} />}
          <button className="button" disabled={passphrase === "" || make.isPending}>
            {t("security.kitMake")}
          </button>
        </form>
      )}
    </section>
  );
}
