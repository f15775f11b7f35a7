import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { href } from "../route";
import { ReadForm } from "./ReadForm";
import { WriteForm } from "./WriteForm";

/** For two whom no network joins at the moment: a consultation goes and comes by USB stick or disc (R14). */
export function MediaPage({ caseId }: { caseId: string | null }): ReactElement {
  const { t } = useTranslation(["media", "translation"]);
  return (
    <div className="page page-narrow">
      <a href={href({ page: "work" })}>← {t("translation:common.workList")}</a>
      <h1>{t("title")}</h1>
      <p>{t("intro")}</p>
      <WriteForm caseId={caseId} />
      <ReadForm />
    </div>
  );
}
