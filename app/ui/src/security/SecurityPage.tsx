import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { keys } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { ChangePassphrase } from "./ChangePassphrase";
import { RecoveryKit } from "./RecoveryKit";
import { EnrolSecondFactor, RemoveSecondFactor } from "./SecondFactor";

/** What somebody does about her own keys. */
export function SecurityPage(): ReactElement {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: keys.security, queryFn: backend.security });
  const factor = query.data?.second_factor ?? null;
  return (
    <div className="page">
      <a href={href({ page: "work" })}>← {t("common.workList")}</a>
      <h1>{t("security.title")}</h1>
      {query.isPending && <p className="quiet">{t("common.loading")}</p>}
      {query.isError && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <>
          <section className="card">
            <h2>{t("security.secondFactor")}</h2>
            <p>
              {factor
                ? t("security.enrolled", { count: factor.recovery_codes_left })
                : t("security.notEnrolled")}
            </p>
            {factor ? <RemoveSecondFactor /> : <EnrolSecondFactor />}
          </section>
          <ChangePassphrase needsCode={factor !== null} />
          <RecoveryKit needsCode={factor !== null} made={query.data.recovery_kit} />
          <a href={href({ page: "apply", step: null })}>{t("link", { ns: "apply" })}</a>
          <p className="quiet">
            {t("security.autoLock", { minutes: Math.round(query.data.auto_lock_seconds / 60) })}
          </p>
        </>
      )}
    </div>
  );
}
