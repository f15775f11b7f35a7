import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { MODALITIES, type CaseQuestion } from "../backend/workList";

const MARKS = ["onlyUrgent", "onlyUnread", "onlyIncidental", "dueToday"] as const;

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
      <select
        aria-label={t("workList.modality")}
        value={question.modality}
        onChange={(event) => onChange({ modality: modalityOf(event.target.value) })}
      >
        <option value="">{t("workList.modality")}</option>
        {MODALITIES.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <div className="toggle" role="group" aria-label={t("workList.only")}>
        {MARKS.map((mark) => (
          <button
            key={mark}
            type="button"
            aria-pressed={question[mark]}
            onClick={() => onChange({ [mark]: !question[mark] })}
          >
            {t(`workList.${mark}`)}
          </button>
        ))}
      </div>
      <span className="quiet">{t("workList.keys")}</span>
    </div>
  );
}

function roleOf(value: string): CaseQuestion["role"] {
  return value === "requesting" || value === "consulting" ? value : "";
}

function modalityOf(value: string): CaseQuestion["modality"] {
  return MODALITIES.find((one) => one === value) ?? "";
}
