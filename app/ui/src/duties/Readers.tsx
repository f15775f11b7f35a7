import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import type { AskedReader } from "../backend/dutyTypes";
import type { CaseDetail, Practitioner } from "../backend/types";
import { useFormat } from "../i18n/format";
import { SignDialog } from "../parts/SignDialog";
import { WithReason } from "../parts/WithReason";
import { ConsentFields, consentOf, useConsent } from "./consent";

/** Who reads the case, as soon as that is more than the one who was asked first (R1). */
export function Readers({
  detail,
  me,
}: {
  detail: CaseDetail;
  me: Practitioner;
}): ReactElement | null {
  const { t } = useTranslation("duties");
  if (detail.readers.every((one) => one.kind === "consultant" && !one.released)) return null;
  return (
    <section className="card" aria-labelledby="readers-title">
      <h2 id="readers-title">{t("readers.title")}</h2>
      {detail.readers.map((one) => (
        <Reader key={one.entry_id} reader={one} detail={detail} me={me} />
      ))}
    </section>
  );
}

/** How far a reader is. */
export function standingOf(reader: AskedReader) {
  if (reader.released) return "released";
  if (reader.declined) return "declined";
  if (!reader.consented) return "proposed";
  if (reader.reported) return "reported";
  if (reader.committed) return "committed";
  return reader.accepted ? "accepted" : "asked";
}

function Reader({
  reader,
  detail,
  me,
}: {
  reader: AskedReader;
  detail: CaseDetail;
  me: Practitioner;
}): ReactElement {
  const { t } = useTranslation("duties");
  const format = useFormat();
  const [open, setOpen] = useState<"consent" | "end" | null>(null);
  const close = () => setOpen(null);
  const name = reader.reader ? format.person(reader.reader) : (reader.name ?? "—");
  const requesting = detail.role === "requesting";
  const standing = standingOf(reader);
  const waits = standing === "proposed" || standing === "asked" || standing === "accepted";
  const askedByMe = requesting || reader.asked_by?.fingerprint === me.fingerprint;
  return (
    <article className="finding" data-reader={reader.entry_id}>
      <p className="chips">
        <strong>{name}</strong>
        <span className="badge">{t(`readers.kind.${reader.kind}`)}</span>
        <span className="quiet">{t(`readers.standing.${standing}`)}</span>
      </p>
      {reader.question && <p className="prose">{reader.question}</p>}
      {reader.kind !== "consultant" && waits && (
        <div className="buttons">
          {requesting && standing === "proposed" && (
            <button
              type="button"
              className="button button-primary"
              onClick={() => setOpen("consent")}
            >
              {t("readers.consent")}
            </button>
          )}
          {askedByMe && (
            <button type="button" className="button" onClick={() => setOpen("end")}>
              {t("readers.end")}
            </button>
          )}
        </div>
      )}
      {open === "consent" && (
        <Consenting detail={detail} forward={reader.entry_id} name={name} me={me} onClose={close} />
      )}
      {open === "end" && (
        <WithReason
          title={t("readers.endTitle", { name })}
          text={t("readers.endText")}
          confirm={t("readers.end")}
          act={(reason) => acts.endForward(detail.case_id, reader.entry_id, reason)}
          onClose={close}
        />
      )}
    </article>
  );
}

/** The requester consents, with the patient's consent, to somebody whom a reader has proposed. */
function Consenting({
  detail,
  forward,
  name,
  me,
  onClose,
}: {
  detail: CaseDetail;
  forward: string;
  name: string;
  me: Practitioner;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("duties");
  const [draft, setDraft] = useConsent(me);
  const consent = consentOf(draft);
  return (
    <SignDialog
      title={t("readers.consentTitle", { name })}
      confirm={t("readers.consent")}
      complete={consent !== null}
      act={() =>
        consent ? acts.consent(detail.case_id, forward, consent) : Promise.resolve(undefined)
      }
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>{t("readers.consentText")}</p>
          <ConsentFields draft={draft} onChange={setDraft} tried={tried} />
        </>
      )}
    </SignDialog>
  );
}
