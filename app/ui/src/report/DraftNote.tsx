import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";
import { discard, overwrite, resume } from "./autosave";
import type { Keeping } from "./kept";

/** Whether what is written is saved; what was kept from before is offered, and what another window wrote is told. */
export function DraftNote({
  caseId,
  keeping,
  acts = { discard, overwrite, resume },
}: {
  caseId: string;
  keeping: Keeping;
  /** What to do about it; of a report when nothing else is said. */
  acts?: Record<"discard" | "overwrite" | "resume", (caseId: string) => Promise<void>>;
}): ReactElement | null {
  const { t } = useTranslation("report");
  const format = useFormat();
  switch (keeping.state) {
    case "asking":
      return null;
    case "offered":
      return (
        <div className="note" role="status">
          <p>
            <strong>{t("draft.there")}</strong>{" "}
            {t("draft.savedAt", { at: format.dateTime(keeping.savedAt) })}
          </p>
          <p>{t("draft.choose")}</p>
          {keeping.signedSince && <p>{t("draft.signedSince")}</p>}
          <div className="buttons">
            <button type="button" className="button" onClick={() => void acts.discard(caseId)}>
              {t("draft.discard")}
            </button>
            <button
              type="button"
              className="button button-primary"
              onClick={() => void acts.resume(caseId)}
            >
              {t("draft.resume")}
            </button>
          </div>
        </div>
      );
    case "conflict":
      return (
        <div className="note note-problem" role="alert">
          <p>
            <strong>{t("draft.conflict")}</strong> {t("draft.conflictHelp")}
          </p>
          <div className="buttons">
            <button type="button" className="button" onClick={() => void acts.resume(caseId)}>
              {t("draft.takeOther")}
            </button>
            <button type="button" className="button" onClick={() => void acts.overwrite(caseId)}>
              {t("draft.keepMine")}
            </button>
          </div>
        </div>
      );
    case "failed":
      return (
        <>
          <p className="note note-problem">{t("draft.failed")}</p>
          <ProblemNote error={keeping.error} />
        </>
      );
    case "kept":
      return (
        <p className="quiet draft-saved" role="status">
          {keeping.saving
            ? t("draft.saving")
            : keeping.savedAt !== null &&
              t("draft.saved", { at: format.dateTime(keeping.savedAt) })}
        </p>
      );
  }
}
