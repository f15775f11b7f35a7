import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useChange } from "../backend/queries";
import { reports } from "../backend/reports";
import type { LeftDraft } from "../backend/reportTypes";
import { useFormat } from "../i18n/format";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { ProblemNote } from "../parts/ProblemNote";

const LEFT = ["left-drafts"] as const;

/** What somebody was writing in a case from which she was let go: hers to read and to throw away. */
export function LeftDrafts(): ReactElement | null {
  const { t } = useTranslation("report");
  const format = useFormat();
  const left = useQuery({ queryKey: LEFT, queryFn: reports.leftDrafts });
  const [discarding, setDiscarding] = useState<LeftDraft | null>(null);
  const discard = useChange(reports.discardLeft, [LEFT]);
  if (left.isError) return <ProblemNote error={left.error} />;
  if (!left.data || left.data.length === 0) return null;
  return (
    <section className="card" aria-labelledby="left-drafts-title">
      <h2 id="left-drafts-title">{t("left.title")}</h2>
      <p className="quiet">{t("left.explain")}</p>
      {left.data.map((one) => (
        <article key={`${one.case_id} ${one.of}`} data-left={one.case_id}>
          <h3>
            {t(`left.of.${one.of}`)} — {t("draft.savedAt", { at: format.dateTime(one.saved_at) })}
          </h3>
          {words(one).map((text, at) => (
            <p key={at} className="prose">
              {text}
            </p>
          ))}
          <button type="button" className="button" onClick={() => setDiscarding(one)}>
            {t("draft.discard")}
          </button>
        </article>
      ))}
      {discarding && (
        <ConfirmDialog
          title={t("left.discardTitle")}
          confirm={t("draft.discard")}
          danger
          busy={discard.isPending}
          error={discard.error}
          onConfirm={() => discard.mutate(discarding, { onSuccess: () => setDiscarding(null) })}
          onCancel={() => setDiscarding(null)}
        >
          <p>{t("left.discardText")}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

const TEXTS = ["technique", "findings", "impression", "opinion", "recommendations"] as const;

/** The texts that were written; a draft is the app's own, and one of an earlier version may lack some. */
function words({ content }: LeftDraft): string[] {
  return TEXTS.map((text) => content[text]).filter(
    (text): text is string => typeof text === "string" && text.trim() !== "",
  );
}
