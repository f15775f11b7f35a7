import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import {
  useChecklist,
  type ChecklistItem,
  type InspectionAnswer,
  type Outcome,
} from "../backend/governance";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { SignForm } from "./SignForm";
import { yearAfter } from "./words";

const AREAS = ["organisational", "physical", "technical", "human"] as const;
const OUTCOMES = ["fits", "finding", "not_applicable"] as const;

type Given = Partial<InspectionAnswer> & { note?: string; remedy?: string };

/** The self-inspection: each point is judged, and a finding has a remedy and a day. */
export function InspectionForm({
  today,
  onClose,
}: {
  today: string;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("governance");
  const list = useChecklist().data;
  const [answers, setAnswers] = useState<Record<string, Given>>({});
  const items = list?.items ?? [];
  const set = (word: string, given: Given) =>
    setAnswers((all) => ({ ...all, [word]: { ...all[word], ...given } }));
  const whole = (one: Given | undefined) =>
    one?.outcome !== undefined &&
    (one.outcome !== "finding" || allSaid(one.remedy ?? "", one.due ?? ""));
  return (
    <SignForm
      title={t("inspection.begin")}
      complete={items.length > 0 && items.every((item) => whole(answers[item.word]))}
      statement={() => ({
        record: "inspection",
        checklist: list?.edition ?? 0,
        answers: items.map((item) => signed(item.word, answers[item.word])),
        next: yearAfter(today),
      })}
      onClose={onClose}
    >
      {(tried) => (
        <>
          {AREAS.map((area) => (
            <section key={area} aria-label={t(`area.${area}`)}>
              <h3>{t(`area.${area}`)}</h3>
              {items
                .filter((item) => item.area === area)
                .map((item) => (
                  <Point
                    key={item.word}
                    item={item}
                    given={answers[item.word]}
                    tried={tried}
                    onChange={(given) => set(item.word, given)}
                  />
                ))}
            </section>
          ))}
          {tried && !items.every((item) => whole(answers[item.word])) && (
            <p className="note" role="alert">
              {t("inspection.incomplete")}
            </p>
          )}
        </>
      )}
    </SignForm>
  );
}

function signed(item: string, given: Given | undefined): InspectionAnswer {
  const outcome: Outcome = given?.outcome ?? "not_applicable";
  const finding = outcome === "finding";
  return {
    item,
    outcome,
    note: given?.note?.trim() || null,
    remedy: (finding && given?.remedy?.trim()) || null,
    due: (finding && given?.due) || null,
  };
}

function Point({
  item,
  given,
  tried,
  onChange,
}: {
  item: ChecklistItem;
  given: Given | undefined;
  tried: boolean;
  onChange: (given: Given) => void;
}): ReactElement {
  const { t, i18n } = useTranslation("governance");
  return (
    <div data-item={item.word}>
      <OneOf<Outcome | "">
        legend={(i18n.language === "en" ? item.en : item.ja).replaceAll("`", "")}
        options={OUTCOMES}
        chosen={given?.outcome ?? ""}
        onChoose={(outcome) => {
          if (outcome !== "") onChange({ outcome });
        }}
        words={(outcome) => (outcome === "" ? "" : t(`outcome.${outcome}`))}
      />
      {given?.outcome === "finding" && (
        <>
          <Prose
            label={t("inspection.note")}
            value={given.note ?? ""}
            onChange={(note) => onChange({ note })}
          />
          <Prose
            label={t("inspection.remedyLabel")}
            value={given.remedy ?? ""}
            onChange={(remedy) => onChange({ remedy })}
            required
            tried={tried}
          />
          <Prose
            label={t("inspection.due")}
            type="date"
            rows={1}
            value={given.due ?? ""}
            onChange={(due) => onChange({ due })}
            required
            tried={tried}
          />
        </>
      )}
    </div>
  );
}
