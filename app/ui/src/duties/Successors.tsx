import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import { useAgreements } from "../backend/queries";
import type { CaseDetail, Practitioner } from "../backend/types";
import { useFormat } from "../i18n/format";
import { SignDialog } from "../parts/SignDialog";
import { ConsentFields, consentOf, useConsent } from "./consent";

const MOST = 5;

/** Who is asked by itself when nobody accepts: chosen beforehand, with the patient's consent to each (R2, R5, R12). */
export function Successors({
  detail,
  me,
}: {
  detail: CaseDetail;
  me: Practitioner;
}): ReactElement | null {
  const { t } = useTranslation("absence");
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const lost = detail.lost.some((one) => one.part === "reader");
  const waits = (detail.state === "awaiting_acceptance" || lost) && !detail.frozen;
  if (detail.role !== "requesting" || !waits) return null;
  return (
    <section className="card" aria-labelledby="successors-title">
      <h2 id="successors-title">{t("successors.title")}</h2>
      {detail.successors.length === 0 ? (
        <p className="quiet">{t("successors.none")}</p>
      ) : (
        <ol>
          {detail.successors.map((one) => (
            <li key={one.fingerprint}>{format.person(one)}</li>
          ))}
        </ol>
      )}
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {t("successors.choose")}
      </button>
      {open && <Choosing detail={detail} me={me} onClose={() => setOpen(false)} />}
    </section>
  );
}

function Choosing({
  detail,
  me,
  onClose,
}: {
  detail: CaseDetail;
  me: Practitioner;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("absence");
  const format = useFormat();
  const agreements = useAgreements().data ?? [];
  const [chosen, setChosen] = useState(detail.successors.map((one) => one.fingerprint));
  const [draft, setDraft] = useConsent(me);
  const consent = consentOf(draft);
  const asked = new Set(detail.readers.map((one) => one.reader?.fingerprint));
  const offered = agreements
    .filter((one) => one.state === "in_force" && !asked.has(one.with.fingerprint))
    .map((one) => one.with);
  return (
    <SignDialog
      title={t("successors.title")}
      confirm={t("successors.keep")}
      complete={chosen.length === 0 || consent !== null}
      act={() =>
        acts.successors(detail.case_id, chosen, chosen.length > 0 && consent ? consent : null)
      }
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>{t("successors.text")}</p>
          {offered.length === 0 && <p>{t("next.none")}</p>}
          <fieldset className="choices">
            <legend className="quiet">{t("successors.order")}</legend>
            {offered.map((one) => {
              const place = chosen.indexOf(one.fingerprint);
              return (
                <label key={one.fingerprint}>
                  <input
                    type="checkbox"
                    checked={place >= 0}
                    disabled={place < 0 && chosen.length >= MOST}
                    onChange={(event) =>
                      setChosen(
                        event.target.checked
                          ? [...chosen, one.fingerprint]
                          : chosen.filter((other) => other !== one.fingerprint),
                      )
                    }
                  />
                  {place >= 0 && `${(place + 1).toString()}. `}
                  {format.person(one)}
                </label>
              );
            })}
          </fieldset>
          {chosen.length > 0 && <ConsentFields draft={draft} onChange={setDraft} tried={tried} />}
        </>
      )}
    </SignDialog>
  );
}
