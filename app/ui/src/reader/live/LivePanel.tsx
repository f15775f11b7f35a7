import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { LiveState } from "../../backend/liveTypes";
import { useCase } from "../../backend/queries";
import { useFormat } from "../../i18n/format";
import { ProblemNote } from "../../parts/ProblemNote";
import { Chat } from "./Chat";
import type { Desk } from "./desk";
import { People } from "./People";
import { useDeskState } from "./useDesk";

/** Who looks at the case together, what is shared and followed, lines, and what is said. */
export function LivePanel({ desk, caseId }: { desk: Desk; caseId: string }): ReactElement {
  const { t } = useTranslation("live");
  const { t: common } = useTranslation();
  const { phase, state, problem, sharing, drawing, lines } = useDeskState(desk);
  return (
    <aside className="live-panel" aria-labelledby="live-title">
      <div className="title-row">
        <h2 id="live-title">{t("title")}</h2>
        <span className="spacer" />
        {phase === "in" && (
          <button type="button" className="button button-quiet" onClick={desk.leave}>
            {t("leave")}
          </button>
        )}
      </div>
      {phase === "joining" && <p className="quiet">{common("common.loading")}</p>}
      {(phase === "out" || phase === "locked") && (
        <>
          <p>{t(phase === "locked" ? "locked" : "explain")}</p>
          {problem !== null && <ProblemNote error={problem} />}
          <button type="button" className="button button-primary" onClick={desk.join}>
            {t("join")}
          </button>
        </>
      )}
      {phase === "in" && state && (
        <>
          <People desk={desk} state={state} caseId={caseId} />
          <Reachable state={state} caseId={caseId} />
          <label className="live-choice">
            <input
              type="checkbox"
              checked={sharing}
              onChange={(event) => desk.share(event.target.checked)}
            />
            {t("share")}
          </label>
          <div className="buttons" role="group" aria-label={t("lines.label")}>
            <button
              type="button"
              className="button button-quiet"
              aria-pressed={drawing}
              onClick={() => desk.draw(!drawing)}
            >
              {t("lines.draw")}
            </button>
            <button
              type="button"
              className="button button-quiet"
              disabled={lines.length === 0}
              onClick={desk.wipe}
            >
              {t("lines.clear")}
            </button>
          </div>
          <Chat desk={desk} state={state} caseId={caseId} />
        </>
      )}
    </aside>
  );
}

/** Who could be asked to look too; said as long as nobody does. */
function Reachable({ state, caseId }: { state: LiveState; caseId: string }): ReactElement | null {
  const { t } = useTranslation("live");
  const format = useFormat();
  const { data } = useCase(caseId);
  if (state.participants.some((one) => !one.mine)) return null;
  const known = data?.with && state.reachable.includes(data.with.fingerprint) ? data.with : null;
  return (
    <p className="quiet">
      {known
        ? t("reachable.named", { name: format.person(known) })
        : t(state.reachable.length > 0 ? "reachable.some" : "reachable.none")}
    </p>
  );
}
