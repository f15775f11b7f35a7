import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { AuditQuestion } from "../backend/audit";
import { Prose } from "../parts/Prose";

/** What is looked for in the trail. */
export function Filters({
  asked,
  onAsk,
}: {
  asked: AuditQuestion;
  onAsk: (question: AuditQuestion) => void;
}): ReactElement {
  const { t } = useTranslation("audit");
  const [question, setQuestion] = useState(asked);
  const text = (name: "since" | "until" | "actor" | "patient" | "event") => (
    <Prose
      label={t(`filter.${name}`)}
      value={question[name]}
      onChange={(value) => setQuestion({ ...question, [name]: value })}
      rows={1}
      type={name === "since" || name === "until" ? "date" : "text"}
    />
  );
  return (
    <form
      className="card"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk(question);
      }}
    >
      <div className="pair">
        {text("since")}
        {text("until")}
      </div>
      <div className="pair">
        {text("actor")}
        {text("patient")}
      </div>
      {text("event")}
      <label className="check">
        <input
          type="checkbox"
          checked={question.failures}
          onChange={(event) => setQuestion({ ...question, failures: event.target.checked })}
        />
        {t("filter.failures")}
      </label>
      <button type="submit" className="button button-primary">
        {t("filter.look")}
      </button>
    </form>
  );
}
