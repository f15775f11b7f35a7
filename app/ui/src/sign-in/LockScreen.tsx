import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useSignInChoices } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";
import { SignInForm } from "./SignIn";

/** Over a page that stays as it is: the same person goes on where she was, anybody else begins anew. */
export function LockScreen({ id }: { id: string }): ReactElement {
  const { t } = useTranslation();
  const choices = useSignInChoices();
  return (
    <section className="sign-in card" aria-label={t("lock.title")}>
      <h1>{t("lock.title")}</h1>
      <p className="quiet">{t("lock.explain")}</p>
      {choices.isError && (
        <ProblemNote error={choices.error} onRetry={() => void choices.refetch()} />
      )}
      {choices.data && <SignInForm choices={choices.data} preset={id} />}
    </section>
  );
}
