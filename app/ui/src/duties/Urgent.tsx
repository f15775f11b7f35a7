import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import { CHANNELS, type Channel, type UrgentFinding } from "../backend/dutyTypes";
import type { CaseDetail, Practitioner } from "../backend/types";
import { useFormat } from "../i18n/format";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";
import { StuckNote } from "../parts/StuckNote";
import { Contacts } from "./Contacts";

/** What must be known at once, above everything else in the case, until a person has taken note of it (R9). */
export function UrgentFindings({
  detail,
  me,
}: {
  detail: CaseDetail;
  me: Practitioner;
}): ReactElement | null {
  const { t } = useTranslation("duties");
  if (detail.urgent.length === 0) return null;
  // Those of which nobody has taken note first.
  const sorted = [...detail.urgent].sort(
    (a, b) => Number(a.acknowledged !== null) - Number(b.acknowledged !== null),
  );
  return (
    <section className="card" aria-labelledby="urgent-title">
      <h2 id="urgent-title">{t("urgent.title")}</h2>
      {sorted.map((one) => (
        <Finding key={one.entry_id} finding={one} detail={detail} me={me} />
      ))}
    </section>
  );
}

function Finding({
  finding,
  detail,
  me,
}: {
  finding: UrgentFinding;
  detail: CaseDetail;
  me: Practitioner;
}): ReactElement {
  const { t } = useTranslation(["duties", "delivery"]);
  const format = useFormat();
  const [noting, setNoting] = useState(false);
  const { acknowledged } = finding;
  return (
    <article className={acknowledged ? "finding" : "finding alarm"} data-urgent={finding.entry_id}>
      <p className="chips">
        <span className={`badge category-${finding.category}`}>
          {t(`urgent.category.${finding.category}`)}
        </span>
        <span className="quiet">
          {finding.by && format.person(finding.by)} · {format.dateTime(finding.identified_at)}
        </span>
      </p>
      <p className="prose impression">{finding.finding}</p>
      <p className="prose">
        <strong>{t("advice")}</strong> {finding.advice}
      </p>
      {finding.delivery && !acknowledged && (
        <p className="warning">
          {t(`delivery:state.${finding.delivery.state}`)} <StuckNote stuck={finding.delivery} />
        </p>
      )}
      {acknowledged ? (
        <p className="note note-ok">
          {t("urgent.acknowledged", {
            by: acknowledged.by,
            at: format.dateTime(acknowledged.at),
            channel: t(`urgent.channel.${acknowledged.channel}`),
          })}
          {acknowledged.note !== "" && <span className="prose">{acknowledged.note}</span>}
        </p>
      ) : (
        <>
          <p>{t(finding.mine ? "urgent.waits" : "urgent.call")}</p>
          <Contacts contacts={finding.contacts} />
          {detail.role === "requesting" && (
            <button type="button" className="button button-danger" onClick={() => setNoting(true)}>
              {t("urgent.acknowledge")}
            </button>
          )}
        </>
      )}
      {noting && (
        <Acknowledge
          caseId={detail.case_id}
          finding={finding}
          me={me}
          onClose={() => setNoting(false)}
        />
      )}
    </article>
  );
}

function Acknowledge({
  caseId,
  finding,
  me,
  onClose,
}: {
  caseId: string;
  finding: UrgentFinding;
  me: Practitioner;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("duties");
  const [by, setBy] = useState(me.name_ja);
  const [channel, setChannel] = useState<Channel>("screen");
  const [note, setNote] = useState("");
  return (
    <SignDialog
      title={t("urgent.acknowledgeTitle")}
      confirm={t("urgent.acknowledge")}
      complete={allSaid(by)}
      act={() =>
        acts.acknowledge(caseId, finding.entry_id, { by: by.trim(), channel, note: note.trim() })
      }
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p className="prose impression">{finding.finding}</p>
          <p>{t("urgent.acknowledgeText")}</p>
          <Prose
            label={t("urgent.person")}
            value={by}
            onChange={setBy}
            rows={1}
            required
            tried={tried}
          />
          <OneOf
            legend={t("urgent.channelTitle")}
            options={CHANNELS}
            chosen={channel}
            onChoose={setChannel}
            words={(one) => t(`urgent.channel.${one}`)}
          />
          <Prose label={t("urgent.doing")} value={note} onChange={setNote} />
        </>
      )}
    </SignDialog>
  );
}
