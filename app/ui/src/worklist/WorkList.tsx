import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { AlarmSound } from "../duties/AlarmSound";
import { DutyList } from "../duties/DutyList";
import { TakeOverCards } from "../passing/TakeOverCards";
import { PracticeCard } from "../practice/PracticeCard";
import { Welcome } from "../practice/Welcome";
import { href } from "../route";
import { AgreementsToSign } from "./AgreementsToSign";
import { Cases } from "./Cases";
import { StudyList } from "./StudyList";

export function WorkList(): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="page">
      <Welcome />
      <PracticeCard />
      <AgreementsToSign />
      <TakeOverCards />
      <DutyList />
      <section aria-labelledby="cases-title">
        <div className="title-row">
          <h1 id="cases-title">{t("workList.title")}</h1>
          <span className="spacer" />
          <AlarmSound />
          <a className="button" href={href({ page: "media", caseId: null })}>
            {t("title", { ns: "media" })}
          </a>
          <a className="button button-primary" href={href({ page: "request", study: null })}>
            {t("workList.newRequest")}
          </a>
        </div>
        <Cases />
      </section>
      <StudyList />
    </div>
  );
}
