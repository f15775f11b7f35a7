import { memo, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { CaseSummary } from "../backend/types";
import { useFormat } from "../i18n/format";
import { StateBadge, UrgencyBadge } from "../parts/Badges";
import { StuckNote } from "../parts/StuckNote";
import { useRegion } from "../parts/useRegion";
import { TransferBar } from "../parts/TransferBar";
import { href } from "../route";

/** Signed entries that the other side does not have yet, and what keeps them. */
function WaitingNote({ row }: { row: CaseSummary }): ReactElement | null {
  const { t } = useTranslation("delivery");
  if (!row.waiting) return null;
  return (
    <div className="transfer">
      <span>{t("waiting", { count: row.waiting.entries })}</span>
      {/* The same reason is not told twice. */}
      {row.waiting.reason !== row.transfer.reason && <StuckNote stuck={row.waiting} />}
    </div>
  );
}

/** The cells of a case. Drawn anew only when something of it has changed, not as the list is scrolled. */
export const CaseCells = memo(function CaseCells({ row }: { row: CaseSummary }): ReactElement {
  const { t } = useTranslation(["translation", "duties"]);
  const format = useFormat();
  const region = useRegion();
  const asking = row.role === "requesting";
  return (
    <>
      <td>
        <a
          href={href({ page: "case", id: row.case_id })}
          aria-label={t("workList.open", { patient: row.patient_name })}
        >
          {row.patient_name}
        </a>
        {row.patient.id !== "" && (
          <div className="quiet">
            {t("studies.id")} {row.patient.id}
          </div>
        )}
        <div className="chips">
          <span className="quiet">{t(`role.${row.role}`)}</span>
          {row.urgency !== "routine" && <UrgencyBadge urgency={row.urgency} />}
          {row.alarm && <span className="badge urgency-emergency">{t("duties:list.alarm")}</span>}
          {row.overdue > 0 && (
            <span className="badge urgency-urgent">
              {t("duties:list.overdue", { count: row.overdue })}
            </span>
          )}
          {row.unread && <span className="badge unread-mark">{t("workList.unread")}</span>}
        </div>
      </td>
      <td>
        <div className="chips">
          {row.modalities.map((one) => (
            <span key={one} className="modality">
              {one}
            </span>
          ))}
          {row.study_date && (
            <span>{t("workList.studyDate", { date: format.date(row.study_date) })}</span>
          )}
          {row.study_description && <span>{row.study_description}</span>}
          <span>{region(row.region)}</span>
        </div>
        <div className="quiet clamp">{row.question}</div>
      </td>
      <td>
        {row.with ? format.person(row.with) : asking ? "—" : row.requester.name}
        <div className="quiet">
          {asking
            ? row.with?.institution
            : t("workList.from", { institution: row.requester.institution })}
        </div>
      </td>
      <td>
        <StateBadge state={row.state} />
        <TransferBar transfer={row.transfer} />
        <WaitingNote row={row} />
      </td>
      <td className="when">
        {format.dateTime(row.requested_at)}
        {row.due_at && (
          <div className="quiet">{t("workList.due", { at: format.dateTime(row.due_at) })}</div>
        )}
      </td>
    </>
  );
});
