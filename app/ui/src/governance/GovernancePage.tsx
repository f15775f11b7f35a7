import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useGovernance, useMine, useRecords } from "../backend/governance";
import { ProblemNote } from "../parts/ProblemNote";
import { HandOverCard } from "../passing/HandOverCard";
import { href } from "../route";
import { DisplaysCard } from "./DisplaysCard";
import { DueList } from "./DueList";
import { IncidentCard } from "./IncidentCard";
import { InspectionCard } from "./InspectionCard";
import { MineCard } from "./MineCard";
import { PeopleCard } from "./PeopleCard";
import { PoliciesCard } from "./PoliciesCard";
import { RecordsCard } from "./RecordsCard";

/** How the house runs its node: what is due, and everything that its people sign about it. */
export function GovernancePage(): ReactElement {
  const { t } = useTranslation("governance");
  const house = useGovernance();
  const mine = useMine();
  const records = useRecords();
  const failed = [house, mine, records].find((one) => one.isError);
  return (
    <div className="page">
      <a href={href({ page: "work" })}>← {t("common.workList", { ns: "translation" })}</a>
      <h1>{t("title")}</h1>
      <p className="quiet">{t("intro")}</p>
      <p>
        <a href={href({ page: "retention" })}>{t("title", { ns: "retention" })}</a>
      </p>
      {failed && <ProblemNote error={failed.error} onRetry={() => void failed.refetch()} />}
      {house.data?.practice && <p className="note">{t("practice")}</p>}
      {house.data && mine.data && records.data && (
        <>
          <section className="card" aria-labelledby="due-title">
            <h2 id="due-title">{t("dueTitle")}</h2>
            <DueList due={house.data.due} />
          </section>
          <MineCard me={mine.data} records={records.data} today={house.data.today} />
          <PoliciesCard records={records.data} me={mine.data} />
          <PeopleCard me={mine.data} today={house.data.today} />
          <InspectionCard records={records.data} me={mine.data} today={house.data.today} />
          <DisplaysCard records={records.data} me={mine.data} house={house.data} />
          <IncidentCard records={records.data} me={mine.data} house={house.data} />
          <HandOverCard />
          <RecordsCard records={records.data} />
        </>
      )}
    </div>
  );
}
