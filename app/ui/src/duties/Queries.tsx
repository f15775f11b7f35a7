import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acts } from "../backend/duties";
import type { Query } from "../backend/dutyTypes";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";
import { allSaid, Prose } from "../parts/Prose";
import { SignDialog } from "../parts/SignDialog";

/** Doubts and their answers (R7): none of them may be left at the end. */
export function Queries({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation("duties");
  if (detail.queries.length === 0) return null;
  return (
    <section className="card" aria-labelledby="queries-title">
      <h2 id="queries-title">{t("query.title")}</h2>
      {detail.queries.map((one) => (
        <Thread key={one.entry_id} query={one} caseId={detail.case_id} />
      ))}
    </section>
  );
}

function Thread({ query, caseId }: { query: Query; caseId: string }): ReactElement {
  const { t } = useTranslation("duties");
  const format = useFormat();
  const [answering, setAnswering] = useState(false);
  const who = (person: Query["from"]) => (person ? format.person(person) : "—");
  return (
    <article className="finding" data-query={query.entry_id}>
      <p className="quiet">
        {t("query.asked", {
          from: who(query.from),
          to: who(query.to),
          at: format.dateTime(query.asked_at),
        })}
      </p>
      <p className="prose">{query.question}</p>
      {query.answer ? (
        <>
          <p className="quiet">
            {t("query.answered", {
              by: who(query.answer.by),
              at: format.dateTime(query.answer.at),
            })}
          </p>
          <p className="prose impression">{query.answer.text}</p>
        </>
      ) : query.for_me || query.mine ? (
        <button type="button" className="button" onClick={() => setAnswering(true)}>
          {t(query.for_me ? "query.answer" : "query.settle")}
        </button>
      ) : (
        <p className="quiet">{t("query.waits")}</p>
      )}
      {answering && (
        <AnswerDialog query={query} caseId={caseId} onClose={() => setAnswering(false)} />
      )}
    </article>
  );
}

function AnswerDialog({
  query,
  caseId,
  onClose,
}: {
  query: Query;
  caseId: string;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("duties");
  const [text, setText] = useState("");
  return (
    <SignDialog
      title={t(query.for_me ? "query.answer" : "query.settle")}
      confirm={t("signAndSend")}
      complete={allSaid(text)}
      act={() => acts.answer(caseId, query.entry_id, text.trim())}
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p className="prose">{query.question}</p>
          {!query.for_me && <p>{t("query.settleText")}</p>}
          <Prose
            label={t("query.text")}
            value={text}
            onChange={setText}
            rows={4}
            required
            tried={tried}
          />
        </>
      )}
    </SignDialog>
  );
}

/** Asks the other side about a doubt (疑義照会). */
export function Ask({
  detail,
  onClose,
}: {
  detail: CaseDetail;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("duties");
  const format = useFormat();
  const [question, setQuestion] = useState("");
  return (
    <SignDialog
      title={t("query.askTitle")}
      confirm={t("signAndSend")}
      complete={allSaid(question)}
      act={() => acts.ask(detail.case_id, question.trim())}
      onClose={onClose}
    >
      {(tried) => (
        <>
          <p>
            <strong>{detail.patient_name}</strong>
            {detail.with && ` · ${format.person(detail.with)}`}
          </p>
          <Prose
            label={t("query.question")}
            value={question}
            onChange={setQuestion}
            rows={4}
            required
            tried={tried}
          />
        </>
      )}
    </SignDialog>
  );
}
