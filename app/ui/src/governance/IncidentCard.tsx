import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ofKind, type Governance, type GovernanceRecord, type Mine } from "../backend/governance";
import { useFormat } from "../i18n/format";
import { allSaid, Prose } from "../parts/Prose";
import { Respond } from "./RespondForm";
import { SignForm } from "./SignForm";

/** Begins an incident, records the response to each that is open or of which a report is due, and ends it. */
export function IncidentCard({
  records,
  me,
  house,
}: {
  records: GovernanceRecord[];
  me: Mine;
  house: Governance;
}): ReactElement {
  const { t } = useTranslation("governance");
  const format = useFormat();
  const [beginning, setBeginning] = useState(false);
  const [responding, setResponding] = useState<string | null>(null);
  const dueOf = (id: string) =>
    house.due.filter((one) => one.about === id).map((one) => one.what as string);
  const current = ofKind(records, "incident").filter(
    (one) => one.id === house.incident || dueOf(one.id).length > 0,
  );
  const chosen = current.find((one) => one.id === responding);
  return (
    <section className="card" aria-labelledby="incident-title">
      <h2 id="incident-title">{t("incident.title")}</h2>
      <p className={house.incident ? "note note-problem" : "quiet"}>
        {t(house.incident ? "incident.frozen" : "incident.calm")}
      </p>
      <ul className="plain">
        {current.map((one) => (
          <li key={one.id} data-incident={one.id}>
            <h3>
              {format.date(one.statement.noticed)}{" "}
              {one.statement.drill && <span className="badge">{t("incident.isDrill")}</span>}
            </h3>
            <p>{one.statement.what}</p>
            {me.duties.includes("incidents") && (
              <div className="buttons">
                <button type="button" className="button" onClick={() => setResponding(one.id)}>
                  {t("incident.respondTo", { day: format.date(one.statement.noticed) })}
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {!house.incident && (
        <div className="buttons">
          <button type="button" className="button button-danger" onClick={() => setBeginning(true)}>
            {t("incident.begin")}
          </button>
        </div>
      )}
      {beginning && <Begin today={house.today} onClose={() => setBeginning(false)} />}
      {chosen && (
        <Respond
          incident={chosen.id}
          about={`${format.date(chosen.statement.noticed)} ${chosen.statement.what}`}
          isOpen={dueOf(chosen.id).includes("incident") || chosen.id === house.incident}
          isReported={chosen.statement.personal_data && !chosen.statement.drill}
          onClose={() => setResponding(null)}
        />
      )}
    </section>
  );
}

function Begin({ today, onClose }: { today: string; onClose: () => void }): ReactElement {
  const { t } = useTranslation("governance");
  const [what, setWhat] = useState("");
  const [noticed, setNoticed] = useState(today);
  const [marks, setMarks] = useState({ personal_data: false, malice: false, drill: false });
  return (
    <SignForm
      title={t("incident.begin")}
      danger
      confirm={t("incident.freeze")}
      complete={allSaid(what, noticed)}
      statement={() => ({ record: "incident", what: what.trim(), noticed, ...marks })}
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>{t("incident.explain")}</p>
          <Prose
            label={t("incident.what")}
            hint={t("incident.whatHint")}
            rows={4}
            value={what}
            onChange={setWhat}
            required
            tried={tried}
          />
          <Prose
            label={t("incident.noticed")}
            type="date"
            rows={1}
            value={noticed}
            onChange={setNoticed}
            required
            tried={tried}
          />
          {(["personal_data", "malice", "drill"] as const).map((one) => (
            <label key={one} className="check-line">
              <input
                type="checkbox"
                checked={marks[one]}
                onChange={(event) => setMarks({ ...marks, [one]: event.target.checked })}
              />
              {t(`incident.${one}`)}
            </label>
          ))}
        </>
      )}
    </SignForm>
  );
}
