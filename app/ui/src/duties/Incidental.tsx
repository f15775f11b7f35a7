import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import { RESOLUTIONS, type Incidental, type Resolution } from "../backend/dutyTypes";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";
import { Field } from "../parts/Field";
import { allSaid, Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";
import { endOfDay } from "./when";

/** What was found beside the question, with whoever sees to it, by when, and what became of it (R10). */
export function IncidentalFindings({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation("duties");
  if (detail.incidental.length === 0) return null;
  return (
    <section className="card" aria-labelledby="incidental-title">
      <h2 id="incidental-title">{t("incidental.title")}</h2>
      {detail.incidental.map((one) => (
        <Item key={one.entry_id} item={one} detail={detail} />
      ))}
    </section>
  );
}

function Item({ item, detail }: { item: Incidental; detail: CaseDetail }): ReactElement {
  const { t } = useTranslation("duties");
  const format = useFormat();
  const [resolving, setResolving] = useState(false);
  const { resolved } = item;
  return (
    <article className="finding" data-incidental={item.entry_id}>
      <p className="prose impression">{item.finding}</p>
      <p className="prose">
        <strong>{t("advice")}</strong> {item.advice}
      </p>
      <p className={item.overdue ? "warning" : "quiet"}>
        {t("incidental.due", {
          owner: item.owner ? format.person(item.owner) : "—",
          at: format.dateTime(item.due_at),
        })}
        {item.overdue && ` — ${t("overdue")}`}
      </p>
      {resolved ? (
        <p className="note note-ok">
          {t("incidental.resolved", {
            resolution: t(`incidental.resolution.${resolved.resolution}`),
            by: resolved.by ? format.person(resolved.by) : "—",
            at: format.dateTime(resolved.at),
          })}
          <span className="prose">{resolved.note}</span>
        </p>
      ) : (
        (item.mine || detail.role === "requesting") && (
          <button type="button" className="button" onClick={() => setResolving(true)}>
            {t("incidental.resolve")}
          </button>
        )
      )}
      {resolving && (
        <Resolve caseId={detail.case_id} item={item} onClose={() => setResolving(false)} />
      )}
    </article>
  );
}

function Resolve({
  caseId,
  item,
  onClose,
}: {
  caseId: string;
  item: Incidental;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("duties");
  const [resolution, setResolution] = useState<Resolution>("examined");
  const [note, setNote] = useState("");
  return (
    <SignDialog
      title={t("incidental.resolveTitle")}
      confirm={t("incidental.resolve")}
      complete={allSaid(note)}
      act={() => acts.resolve(caseId, item.entry_id, { resolution, note: note.trim() })}
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p className="prose impression">{item.finding}</p>
          <Field label={t("incidental.outcome")} required>
            {(control) => (
              <select
                {...control}
                value={resolution}
                onChange={(event) => {
                  const found = RESOLUTIONS.find((one) => one === event.target.value);
                  if (found) setResolution(found);
                }}
              >
                {RESOLUTIONS.map((one) => (
                  <option key={one} value={one}>
                    {t(`incidental.resolution.${one}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Prose
            label={t("incidental.note")}
            hint={t("incidental.noteHint")}
            value={note}
            onChange={setNote}
            required
            tried={tried}
          />
        </>
      )}
    </SignDialog>
  );
}

/** A reader makes an item of something that must be followed up. */
export function TellIncidental({
  detail,
  onClose,
}: {
  detail: CaseDetail;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("duties");
  const [finding, setFinding] = useState("");
  const [advice, setAdvice] = useState("");
  const [day, setDay] = useState("");
  const due = endOfDay(day);
  return (
    <SignDialog
      title={t("incidental.tellTitle")}
      confirm={t("signAndSend")}
      complete={allSaid(finding, advice) && due !== null}
      act={() =>
        acts.tellIncidental(detail.case_id, {
          finding: finding.trim(),
          advice: advice.trim(),
          due: due ?? "",
        })
      }
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>
            <strong>{detail.patient_name}</strong>
          </p>
          <p>{t("incidental.tellText")}</p>
          <Prose
            label={t("finding")}
            value={finding}
            onChange={setFinding}
            required
            tried={tried}
          />
          <Prose label={t("advice")} value={advice} onChange={setAdvice} required tried={tried} />
          <Prose
            label={t("incidental.day")}
            value={day}
            onChange={setDay}
            rows={1}
            type="date"
            required
            tried={tried}
          />
        </>
      )}
    </SignDialog>
  );
}
