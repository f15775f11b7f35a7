import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Display, Governance, GovernanceRecord, Mine } from "../backend/governance";
import { useFormat } from "../i18n/format";
import { href } from "../route";
import { chooseDisplay, useChosenDisplay } from "./chosen";
import { DisplayForm } from "./DisplayForm";
import { inUse } from "./displays";
import { DueList } from "./DueList";

/** The displays of the house: what each is, what is due of it, and at which of them this browser stands. */
export function DisplaysCard({
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
  const chosen = useChosenDisplay();
  const [editing, setEditing] = useState<Display | "new" | null>(null);
  const displays = inUse(records);
  const may = me.duties.includes("displays");
  return (
    <section className="card" aria-labelledby="displays-title">
      <h2 id="displays-title">{t("displays.title")}</h2>
      <p className="quiet">{t("displays.intro")}</p>
      {displays.length === 0 && <p>{t("displays.none")}</p>}
      <ul className="plain">
        {displays.map((one) => (
          <li key={one.name} data-name={one.name}>
            <h3>{one.name}</h3>
            <p>
              {t("displays.facts", {
                model: one.model,
                size: `${String(one.width)}×${String(one.height)}`,
                grade: one.grade,
                maximum: one.maximum / 10,
                minimum: one.minimum / 10,
                next: format.date(one.next),
              })}
            </p>
            <DueList
              due={house.due.filter(
                (due) =>
                  due.about === one.name &&
                  (due.what === "display_check" || due.what === "constancy"),
              )}
            />
            <label>
              <input
                type="radio"
                name="chosen-display"
                checked={chosen === one.name}
                onChange={() => chooseDisplay(one.name)}
              />
              {t("displays.here")}
            </label>
            {may && (
              <button type="button" className="button button-quiet" onClick={() => setEditing(one)}>
                {t("displays.measure", { name: one.name })}
              </button>
            )}
          </li>
        ))}
      </ul>
      <div className="buttons">
        {displays.length > 0 && (
          <a className="button" href={href({ page: "display" })}>
            {t("displays.check")}
          </a>
        )}
        {may && (
          <button type="button" className="button" onClick={() => setEditing("new")}>
            {t("displays.add")}
          </button>
        )}
      </div>
      {editing && (
        <DisplayForm
          before={editing === "new" ? null : editing}
          today={house.today}
          onClose={() => setEditing(null)}
        />
      )}
    </section>
  );
}
