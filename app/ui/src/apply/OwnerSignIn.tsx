import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { setup } from "../backend/setup";
import { Field } from "../parts/Field";
import { ProblemNote } from "../parts/ProblemNote";
import { Words } from "../parts/Words";
import { LockedOut } from "../sign-in/LockedOut";
import { waitOf } from "../sign-in/wait";

/** Whoever runs the node shows it by the node's own passphrase: nobody can sign in here yet. */
export function OwnerSignIn(): ReactElement {
  const { t } = useTranslation("apply");
  const client = useQueryClient();
  const [passphrase, setPassphrase] = useState("");
  const [missing, setMissing] = useState(false);
  const open = useMutation({
    mutationFn: () => setup.openAsOwner(passphrase),
    // What was refused before is allowed now.
    onSuccess: () => client.invalidateQueries(),
    onSettled: () => setPassphrase(""),
  });
  const over = useCallback(() => open.reset(), [open]);
  const wait = waitOf(open.error);
  return (
    <section className="card">
      <h2>{t("owner.title")}</h2>
      <p>
        <Words>{t("owner.explain")}</Words>
      </p>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setMissing(passphrase === "");
          if (passphrase !== "") open.mutate();
        }}
      >
        <Field
          label={t("owner.passphrase")}
          hint={t("owner.hint")}
          error={missing && passphrase === "" ? t("owner.missing") : undefined}
        >
          {(control) => (
            <input
              {...control}
              name="node-passphrase"
              type="password"
              autoComplete="current-password"
              value={passphrase}
              onChange={(event) => setPassphrase(event.target.value)}
            />
          )}
        </Field>
        {wait !== null && <LockedOut key={open.submittedAt} seconds={wait} onOver={over} />}
        {open.isError && wait === null && <ProblemNote error={open.error} />}
        <button
          type="submit"
          className="button button-primary"
          disabled={open.isPending || wait !== null}
        >
          {t("owner.submit")}
        </button>
      </form>
    </section>
  );
}
