import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { othersLooking, useLiveState } from "../../backend/live";
import type { Desk } from "./desk";
import { useDeskState } from "./useDesk";

/** Begins a live consult or shows its panel, and says when somebody is looking already. */
export function LiveButton({
  desk,
  caseId,
  open,
  onOpen,
}: {
  desk: Desk;
  caseId: string;
  open: boolean;
  onOpen: (open: boolean) => void;
}): ReactElement {
  const { t } = useTranslation("live");
  const { phase } = useDeskState(desk);
  const isIn = phase === "in" || phase === "joining";
  const looking = othersLooking(useLiveState(caseId, !isIn));
  const toggle = () => {
    if (!isIn) desk.join();
    onOpen(!isIn || !open);
  };
  return (
    <div className="tool-group tool-live" role="group" aria-label={t("title")}>
      <button
        type="button"
        aria-pressed={isIn}
        aria-expanded={open}
        data-looking={!isIn && looking.length > 0}
        title={t("help")}
        onClick={toggle}
      >
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path d="M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M16 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M2 20c0-8 12-8 12 0M14.500 14.300c3-1.500 7.500 0 7.500 5.700" />
        </svg>
        <span className="tool-name">{t("title")}</span>
      </button>
      <p className="live-looking" role="status">
        {!isIn && looking.length > 0 && t("looking", { names: looking.join(t("and")) })}
      </p>
    </div>
  );
}
