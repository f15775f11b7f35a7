import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { CaseQuestion } from "../backend/workList";

/** What the list is narrowed to. */
export function CaseFilters({
  question,
  onChange,
}: {
  question: CaseQuestion;
  onChange: (change: Partial<CaseQuestion>) => void;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="title-row case-filters" role="search" aria-label={t("workList.search")}>
      <input
        type="search"
        name="cases"
        aria-label={t("workList.search")}
        placeholder={t("workList.searchHint")}
        value={question.text}
        onChange={(event) => onChange({ text: event.target.value })}
      />
      <div className="toggle" role="group">
        {[false, true].map((onlyOpen) => (
          <button
            key={String(onlyOpen)}
            type="button"
            aria-pressed={question.onlyOpen === onlyOpen}
            onClick={() => onChange({ onlyOpen })}
          >
            {t(onlyOpen ? "workList.filterOpen" : "workList.filterAll")}
          </button>
        ))}
      </div>
      <select
        aria-label={t("workList.role")}
        value={question.role}
        onChange={(event) => onChange({ role: roleOf(event.target.value) })}
      >
        <option value="">{t("workList.role")}</option>
        <option value="requesting">{t("role.requesting")}</option>
        <option value="consulting">{t("role.consulting")}</option>
      </select>
      <label>
        <input
          type="checkbox"
          checked={question.onlyUnread}
          onChange={(event) => onChange({ onlyUnread: event.target.checked })}
        />{" "}
        {t("workList.onlyUnread")}
      </label>
      <span className="quiet">{t("workList.keys")}</span>
    </div>
  );
}

function roleOf(value: string): CaseQuestion["role"] {
  return value === "requesting" || value === "consulting" ? value : "";
}
