import { useState, type SyntheticEvent, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { Problem } from "../backend/problem";
import { practices, useIsPractice } from "../backend/practice";
import { keys, useChange } from "../backend/queries";
import type { Agreement, DirectoryEntry, NewCase } from "../backend/types";
import type { Practitioner, StudySummary } from "../backend/types";
import { useFormat } from "../i18n/format";
import { Field } from "../parts/Field";
import { ProblemNote } from "../parts/ProblemNote";
import { goTo } from "../route";
import { faultsOf, toNewCase, type Draft } from "./draft";
import { Findings } from "./Findings";
import { ConsentForm, RegionTeeth } from "../report/RegionTeeth";
import { PseudonymChoice } from "./PseudonymChoice";
import { TextField, type DraftChange } from "./TextField";
import { UrgencyChoice } from "./UrgencyChoice";
import { WhoReads } from "./WhoReads";

export function RequestForm({
  me,
  studyChosen,
  studies,
  readerChosen,
  readers,
  looked,
  onLook,
  agreements,
}: {
  me: Practitioner;
  /** The study to be asked about, and how often one was said to be. */
  studyChosen: { study: string; press: number };
  studies: StudySummary[];
  readerChosen: DirectoryEntry | null;
  /** Those found by what is looked for. */
  readers: DirectoryEntry[];
  looked: string;
  onLook: (text: string) => void;
  agreements: Agreement[];
}): ReactElement {
  const { t } = useTranslation(["translation", "practice"]);
  const format = useFormat();
  const [tried, setTried] = useState(false);
  const [draft, setDraft] = useState<Draft>(() => ({
    study: studyChosen.study,
    reader: readerChosen?.fingerprint ?? "",
    recipientConfirmed: false,
    question: "",
    history: "",
    region: "",
    justification: "",
    explainedBy: me.name_ja,
    explainedAt: "",
    scope: t("request.consentScopeDefault"),
    urgency: "routine",
  }));
  const practice = useIsPractice(draft.study);
  const send = useChange(
    (request: NewCase) =>
      practice
        ? practices.request(request).then(() => goTo({ page: "work" }))
        : backend.request(request).then(({ case_id }) => goTo({ page: "case", id: case_id })),
    practice ? [keys.practice] : [keys.cases],
  );
  const [pseudonymise, setPseudonymise] = useState(false);
  const [seen, setSeen] = useState(false);
  // What was found, and looked at, was so of the request as it stood.
  const forget = () => {
    setSeen(false);
    if (send.isError) send.reset();
  };
  const change: DraftChange = (part) => {
    setDraft((old) => ({ ...old, ...part }));
    forget();
  };
  // What is to be asked about may come from the archive meanwhile; the rest of the form stays as it is.
  const [taken, setTaken] = useState(studyChosen);
  if (taken !== studyChosen) {
    setTaken(studyChosen);
    change({ study: studyChosen.study });
  }
  const findings = send.error instanceof Problem ? send.error.findings : [];
  const faults = tried ? faultsOf(draft, new Date(), practice) : {};
  const wrong = (field: keyof Draft) => {
    const fault = faults[field];
    return fault && t(`field.${fault}`);
  };
  // Whoever is chosen stays, whatever is looked for afterwards; found anew, she is shown as she is now.
  const [picked, setPicked] = useState(readerChosen);
  const now = readers.find((one) => one.fingerprint === draft.reader);
  const reader = now ?? (picked?.fingerprint === draft.reader ? picked : undefined);
  const offered = reader && !now ? [reader, ...readers] : readers;
  const pick = (fingerprint: string, person?: DirectoryEntry) => {
    setPicked(person ?? offered.find((one) => one.fingerprint === fingerprint) ?? null);
    change({ reader: fingerprint, recipientConfirmed: false });
  };
  const agreed = agreements.some(
    (one) => one.state === "in_force" && one.with.fingerprint === draft.reader,
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faultsOf(draft, new Date(), practice)).length > 0) return;
    send.mutate({
      ...toNewCase(draft),
      ...(pseudonymise && !practice ? { pseudonymise: {} } : {}),
      ...(seen ? { acknowledged: findings.map((one) => one.acknowledge) } : {}),
    });
    setSeen(false);
  };
  const text = { draft, change, wrong };

  return (
    <form className="card" noValidate onSubmit={submit}>
      <Field label={t("request.study")} required error={wrong("study")}>
        {(control) => (
          <select
            {...control}
            name="study"
            value={draft.study}
            onChange={(event) => change({ study: event.target.value })}
          >
            <option value="">—</option>
            {studies.map((study) => (
              <option key={study.study_instance_uid} value={study.study_instance_uid}>
                {format.patient(study.patient.name)} · {study.modalities.join("/")} ·{" "}
                {format.date(study.study_date)} · {study.description}
              </option>
            ))}
          </select>
        )}
      </Field>
      <WhoReads
        practice={practice}
        reader={reader}
        offered={offered}
        looked={looked}
        onLook={onLook}
        onPick={pick}
        agreements={agreements}
        text={text}
      />

      <TextField {...text} name="question" label="question" hint="questionHint" rows={3} required />
      <TextField {...text} name="region" label="region" hint="regionHint" required />
      <RegionTeeth region={draft.region} onChange={(region) => change({ region })} />
      <TextField {...text} name="history" label="history" rows={2} />
      <TextField
        {...text}
        name="justification"
        label="justification"
        hint="justificationHint"
        rows={2}
        required
      />
      <div className="pair">
        <TextField {...text} name="explainedBy" label="consentBy" required />
        <TextField {...text} name="explainedAt" label="consentAt" type="datetime-local" required />
      </div>
      <TextField {...text} name="scope" label="consentScope" required />
      <ConsentForm />

      <UrgencyChoice chosen={draft.urgency} onChoose={(urgency) => change({ urgency })} />
      {!practice && (
        <PseudonymChoice
          chosen={pseudonymise}
          onChoose={(chosen) => {
            setPseudonymise(chosen);
            forget();
          }}
        />
      )}

      {Object.keys(faults).length > 0 && (
        <p className="note note-problem" role="alert">
          {t("request.incomplete", { count: Object.keys(faults).length })}
        </p>
      )}
      {findings.length > 0 ? (
        <Findings findings={findings} looked={seen} onLooked={setSeen} />
      ) : (
        send.isError && <ProblemNote error={send.error} />
      )}
      <button
        type="submit"
        className="button button-primary"
        disabled={send.isPending || (!practice && reader !== undefined && !agreed)}
      >
        {t(send.isPending ? "request.submitting" : practice ? "practice:keep" : "request.submit")}
      </button>
    </form>
  );
}
