import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useOwnProfile } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { ProfileForm } from "./ProfileForm";

/** What somebody says of herself to everybody on the network. */
export function ProfilePage(): ReactElement {
  const { t } = useTranslation("directory");
  const own = useOwnProfile();
  return (
    <div className="page page-narrow">
      <a href={href({ page: "work" })}>← {t("common.workList", { ns: "translation" })}</a>
      <h1>{t("profile.title")}</h1>
      <p className="quiet">{t("profile.explain")}</p>
      {own.isPending && <p className="quiet">{t("common.loading", { ns: "translation" })}</p>}
      {own.isError && <ProblemNote error={own.error} onRetry={() => void own.refetch()} />}
      {own.data && <ProfileForm own={own.data} />}
    </div>
  );
}
