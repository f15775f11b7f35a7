import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useAgreements, usePerson } from "../backend/queries";
import type { CaseDetail, Practitioner } from "../backend/types";
import { useFormat } from "../i18n/format";
import { Bring } from "./Bring";

/** Whether another has to be asked: everybody declined, nobody has answered in time, or who reads has lost her credential. */
export function reassignable(detail: CaseDetail): "declined" | "late" | "lost" | null {
  if (detail.role !== "requesting" || detail.frozen) return null;
  if (detail.state === "declined") return "declined";
  if (detail.lost.some((one) => one.part === "reader")) return "lost";
  const leading = detail.readers.filter(
    (one) => one.kind === "consultant" || one.kind === "alternative",
  );
  const letGo = leading.some((one) => one.released);
  if (letGo && leading.every((one) => (one.released || one.declined) && !one.reported))
    return "lost";
  const late = detail.duties.some(
    (one) => one.duty === "answer" && (one.stage === "warn" || one.stage === "escalate"),
  );
  return detail.state === "awaiting_acceptance" && late ? "late" : null;
}

/** The next reader, of those with whom there is an agreement: same case, and all that was signed stays in it (R2, R5, R8). */
export function NextReader({
  detail,
  me,
}: {
  detail: CaseDetail;
  me: Practitioner;
}): ReactElement | null {
  const { t } = useTranslation("absence");
  const format = useFormat();
  const [chosen, setChosen] = useState<string | null>(null);
  const agreements = useAgreements().data ?? [];
  const person = usePerson(chosen).data;
  const why = reassignable(detail);
  if (why === null) return null;
  const asked = new Set(
    detail.readers
      .filter((one) => !one.declined && !one.released)
      .map((one) => one.reader?.fingerprint),
  );
  const declined = new Set(
    detail.readers
      .filter((one) => one.declined || one.released)
      .map((one) => one.reader?.fingerprint),
  );
  const next = agreements
    .filter((one) => one.state === "in_force")
    .map((one) => one.with)
    .filter((one) => !asked.has(one.fingerprint) && !declined.has(one.fingerprint));
  return (
    <section className="card" aria-labelledby="next-title">
      <h2 id="next-title">{t(`next.${why}`)}</h2>
      <p>{t(next.length > 0 ? "next.text" : "next.none")}</p>
      <div className="buttons">
        {next.map((one) => (
          <button
            key={one.fingerprint}
            type="button"
            className="button"
            onClick={() => setChosen(one.fingerprint)}
          >
            {t("ask", { name: format.person(one) })}
          </button>
        ))}
      </div>
      {person && person.fingerprint === chosen && (
        <Bring
          key={chosen}
          detail={detail}
          me={me}
          instead={person}
          onClose={() => setChosen(null)}
        />
      )}
    </section>
  );
}
