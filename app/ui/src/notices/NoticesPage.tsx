import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useNotices } from "../backend/notices";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { NoticesForm } from "./NoticesForm";
import { Recent } from "./Recent";

/** What somebody is told outside the app. */
export function NoticesPage(): ReactElement {
  const { t } = useTranslation("notices");
  const notices = useNotices();
  return (
    <div className="page">
      <a href={href({ page: "work" })}>← {t("common.workList", { ns: "translation" })}</a>
      <h1>{t("title")}</h1>
      <p className="quiet">{t("explain")}</p>
      {notices.isPending && <p className="quiet">{t("common.loading", { ns: "translation" })}</p>}
      {notices.isError && (
        <ProblemNote error={notices.error} onRetry={() => void notices.refetch()} />
      )}
      {notices.data && (
        <>
          <NoticesForm kept={notices.data} />
          <Recent notices={notices.data.recent} />
        </>
      )}
    </div>
  );
}
