import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useRoles, type Member, type Mine } from "../backend/governance";
import { ProblemNote } from "../parts/ProblemNote";
import { Assign } from "./AssignForm";
import { Train } from "./TrainForm";

/** Who has which role and duties, and who was trained. */
export function PeopleCard({ me, today }: { me: Mine; today: string }): ReactElement {
  const { t } = useTranslation("governance");
  const roles = useRoles();
  const [assigning, setAssigning] = useState<Member | null>(null);
  const [training, setTraining] = useState<Member | null>(null);
  return (
    <section className="card" aria-labelledby="people-title">
      <h2 id="people-title">{t("people.title")}</h2>
      {roles.isError && <ProblemNote error={roles.error} />}
      {roles.data?.administered === false && <p className="note">{t("people.nobody")}</p>}
      <ul className="plain">
        {roles.data?.people.map((one) => (
          <li key={one.id} data-person={one.id}>
            <h3>
              {one.name} <span className="quiet">{one.role ? t(`role.${one.role}`) : ""}</span>
            </h3>
            <p className="quiet">
              {one.duties.map((duty) => t(`duty.${duty}`)).join("、") || t("people.noDuty")}
            </p>
            <div className="buttons">
              {me.duties.includes("roles") && (
                <button type="button" className="button" onClick={() => setAssigning(one)}>
                  {t("people.assign", { name: one.name })}
                </button>
              )}
              {me.duties.includes("training") && (
                <button type="button" className="button" onClick={() => setTraining(one)}>
                  {t("people.train", { name: one.name })}
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {assigning && <Assign member={assigning} onClose={() => setAssigning(null)} />}
      {training && <Train member={training} today={today} onClose={() => setTraining(null)} />}
    </section>
  );
}
