import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { Words } from "../../parts/Words";
import { SecretField } from "../keys/Secret";
import { keys } from "../queries";
import { setUp } from "./client";

/** Whoever makes the registry has the code that its program printed. */
export function SetUpCode(): ReactElement {
  const { t } = useTranslation("registryKeys");
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const enter = useMutation({
    mutationFn: () => setUp.enter(code.trim()),
    onSuccess: () => client.invalidateQueries({ queryKey: [...keys.session] }),
  });
  return (
    <section className="sign-in card">
      <h1>{t("setUp.title")}</h1>
      <p className="quiet">
        <Words>{t("setUp.codeHint")}</Words>
      </p>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (code.trim() !== "") enter.mutate();
        }}
      >
        <SecretField
          label={t("setUp.code")}
          name="code"
          value={code}
          error={tried && code.trim() === "" ? t("setUp.codeMissing") : undefined}
          onChange={setCode}
        />
        {enter.isError && <ProblemNote error={enter.error} />}
        <button type="submit" className="button button-primary" disabled={enter.isPending}>
          {t("setUp.enter")}
        </button>
      </form>
    </section>
  );
}
