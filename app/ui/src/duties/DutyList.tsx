import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useDuties } from "../backend/duties";
import type { Duty } from "../backend/dutyTypes";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { Contacts } from "./Contacts";

/** What is mine to do in all cases, and what I wait for beyond its time; what is overdue comes first. */
export function DutyList(): ReactElement | null {
  const { t } = useTranslation("duties");
  const duties = useDuties();
  if (duties.isError) return <ProblemNote error={duties.error} />;
  if (!duties.data || duties.data.length === 0) return null;
  return (
    <section className="card" aria-labelledby="duties-title">
      <h2 id="duties-title">{t("duty.title")}</h2>
      <ul className="duties">
        {duties.data.map((one) => (
          <Row key={`${one.entry} ${one.duty}`} duty={one} />
        ))}
      </ul>
    </section>
  );
}

function Row({ duty }: { duty: Duty }): ReactElement {
  const { t } = useTranslation("duties");
  const format = useFormat();
  const late = duty.stage === "warn" || duty.stage === "escalate";
  return (
    <li data-duty={duty.duty} className={late ? "late" : undefined}>
      <a href={href({ page: "case", id: duty.case_id })}>{duty.patient_name}</a>
      <span>
        {t(`duty.name.${duty.duty}`)}
        {!duty.mine && duty.owner && ` · ${t("duty.of", { name: format.person(duty.owner) })}`}
      </span>
      <span className={late ? "warning" : "quiet"}>
        {duty.due_at && t("duty.due", { at: format.dateTime(duty.due_at) })}
        {late && ` — ${t("overdue")}`}
      </span>
      {late && !duty.mine && <Contacts contacts={duty.contacts} />}
    </li>
  );
}
