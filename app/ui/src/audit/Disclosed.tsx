import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { audit, type Disclosures } from "../backend/audit";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";
import { Prose } from "../parts/Prose";

/** What a patient may ask for: who saw or got what of hers. Printed, it is the page that she is given. */
export function Disclosed(): ReactElement {
  const { t } = useTranslation("audit");
  const [patient, setPatient] = useState("");
  const found = useMutation({ mutationFn: () => audit.disclosures(patient.trim()) });
  return (
    <section className="card" aria-labelledby="disclosed-title">
      <h2 id="disclosed-title">{t("disclosed.title")}</h2>
      <p className="quiet">{t("disclosed.explain")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (patient.trim() !== "") found.mutate();
        }}
      >
        <Prose label={t("filter.patient")} value={patient} onChange={setPatient} rows={1} />
        <button type="submit" className="button" disabled={found.isPending}>
          {t("disclosed.look")}
        </button>
      </form>
      {found.error && <ProblemNote error={found.error} />}
      {found.data && <Told told={found.data} />}
    </section>
  );
}

function Told({ told }: { told: Disclosures }): ReactElement {
  const { t, i18n } = useTranslation("audit");
  const format = useFormat();
  return (
    <>
      <p>
        <strong>{told.patient.name}</strong> {told.patient.id} · {told.institution}
      </p>
      <p className="quiet">
        {t("disclosed.made", { by: told.made_by, at: format.dateTime(told.made_at) })}
      </p>
      {told.disclosures.length === 0 && <p>{t("disclosed.none")}</p>}
      <table className="trail">
        <tbody>
          {told.disclosures.map((one) => (
            <tr key={one.seq}>
              <td>{format.dateTime(one.at)}</td>
              <td>{one.name ?? one.who}</td>
              <td>{i18n.language === "en" ? one.what_en : one.what_ja}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="buttons">
        <button type="button" className="button" onClick={() => print()}>
          {t("disclosed.print")}
        </button>
        <a
          className="button button-primary"
          href={audit.disclosuresPdf(told.patient)}
          download="disclosures.pdf"
        >
          {t("disclosed.pdf")}
        </a>
      </div>
    </>
  );
}
