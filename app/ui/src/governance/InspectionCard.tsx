import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ofKind, useChecklist, type GovernanceRecord, type Mine } from "../backend/governance";
import { useFormat } from "../i18n/format";
import { allSaid, Prose } from "../parts/Prose";
import { InspectionForm } from "./InspectionForm";
import { SignForm } from "./SignForm";
import { yearAfter } from "./words";

/** Self-inspections with their findings, and the yearly review. */
export function InspectionCard({
  records,
  me,
  today,
}: {
  records: GovernanceRecord[];
  me: Mine;
  today: string;
}): ReactElement {
  const { t } = useTranslation("governance");
  const format = useFormat();
  const [open, setOpen] = useState<"inspection" | "review" | null>(null);
  const last = ofKind(records, "inspection")[0];
  const review = ofKind(records, "review")[0];
  const may = me.duties.includes("inspection");
  return (
    <section className="card" aria-labelledby="inspection-title">
      <h2 id="inspection-title">{t("inspection.title")}</h2>
      <p>
        {last
          ? t("inspection.last", {
              day: format.dateTime(last.at),
              next: format.date(last.statement.next),
            })
          : t("inspection.none")}
      </p>
      {last && <Findings inspection={last} records={records} may={may} />}
      <p>
        {review
          ? t("review.last", {
              day: format.dateTime(review.at),
              next: format.date(review.statement.next),
            })
          : t("review.none")}
      </p>
      {may && (
        <div className="buttons">
          <button type="button" className="button" onClick={() => setOpen("inspection")}>
            {t("inspection.begin")}
          </button>
          <button type="button" className="button" onClick={() => setOpen("review")}>
            {t("review.begin")}
          </button>
        </div>
      )}
      {open === "inspection" && <InspectionForm today={today} onClose={() => setOpen(null)} />}
      {open === "review" && <ReviewForm today={today} onClose={() => setOpen(null)} />}
    </section>
  );
}

function Findings({
  inspection,
  records,
  may,
}: {
  inspection: ReturnType<typeof ofKind<"inspection">>[number];
  records: GovernanceRecord[];
  may: boolean;
}): ReactElement {
  const { t, i18n } = useTranslation("governance");
  const format = useFormat();
  const items = useChecklist().data?.items ?? [];
  const [remedying, setRemedying] = useState<string | null>(null);
  const [done, setDone] = useState("");
  const remedied = new Set(
    ofKind(records, "remedy")
      .filter((one) => one.statement.inspection === inspection.id)
      .map((one) => one.statement.item),
  );
  const name = (word: string) => {
    const item = items.find((one) => one.word === word);
    return (i18n.language === "en" ? item?.en : item?.ja) ?? word;
  };
  return (
    <ul>
      {inspection.statement.answers
        .filter((one) => one.outcome === "finding")
        .map((one) => (
          <li key={one.item}>
            {name(one.item)}：{one.remedy} ({one.due ? format.date(one.due) : "—"}){" "}
            {remedied.has(one.item) ? (
              <span className="badge">{t("inspection.remedied")}</span>
            ) : (
              may && (
                <button
                  type="button"
                  className="button button-quiet"
                  onClick={() => setRemedying(one.item)}
                >
                  {t("inspection.remedy")}
                </button>
              )
            )}
          </li>
        ))}
      {remedying && (
        <SignForm
          title={t("inspection.remedy")}
          complete={allSaid(done)}
          statement={() => ({
            record: "remedy",
            inspection: inspection.id,
            item: remedying,
            done: done.trim(),
          })}
          onClose={() => setRemedying(null)}
        >
          {(tried) => (
            <Prose
              label={t("inspection.done")}
              value={done}
              onChange={setDone}
              required
              tried={tried}
            />
          )}
        </SignForm>
      )}
    </ul>
  );
}

function ReviewForm({ today, onClose }: { today: string; onClose: () => void }): ReactElement {
  const { t } = useTranslation("governance");
  const [from, setFrom] = useState("");
  const [text, setText] = useState("");
  return (
    <SignForm
      title={t("review.begin")}
      complete={allSaid(from, text)}
      statement={() => ({
        record: "review",
        from,
        to: today,
        conclusions: text.trim(),
        next: yearAfter(today),
      })}
      onClose={onClose}
    >
      {(tried) => (
        <>
          <Prose
            label={t("review.from")}
            type="date"
            rows={1}
            value={from}
            onChange={setFrom}
            required
            tried={tried}
          />
          <Prose
            label={t("review.conclusions")}
            hint={t("review.hint")}
            rows={6}
            value={text}
            onChange={setText}
            required
            tried={tried}
          />
        </>
      )}
    </SignForm>
  );
}
