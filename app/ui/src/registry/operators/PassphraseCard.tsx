import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { ChooseSecret, isChosen, NOTHING, SecretField } from "../keys/Secret";
import { useAct } from "../useAct";
import { staff } from "./client";

/** Another passphrase for whoever is signed in. */
export function PassphraseCard(): ReactElement {
  const { t } = useTranslation("registryKeys");
  const [own, setOwn] = useState("");
  const [fresh, setFresh] = useState(NOTHING);
  const [tried, setTried] = useState(false);
  const change = useAct(() => staff.changePassphrase(own, fresh.first));
  return (
    <div className="card stack">
      <h2>{t("operators.passphrase")}</h2>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (own === "" || !isChosen(fresh)) return;
          change.mutate(undefined, {
            onSuccess: () => {
              setOwn("");
              setFresh(NOTHING);
              setTried(false);
            },
          });
        }}
      >
        <SecretField
          label={t("operators.passphraseNow")}
          name="ownPassphrase"
          value={own}
          error={tried && own === "" ? t("secret.missing") : undefined}
          onChange={setOwn}
        />
        <ChooseSecret
          label={t("operators.passphraseNew")}
          name="freshPassphrase"
          value={fresh}
          tried={tried}
          onChange={setFresh}
        />
        {change.isError && <ProblemNote error={change.error} />}
        {change.isSuccess && (
          <p className="note note-ok" role="status">
            {t("operators.passphraseDone")}
          </p>
        )}
        <button type="submit" className="button" disabled={change.isPending}>
          {t("operators.passphraseChange")}
        </button>
      </form>
    </div>
  );
}
