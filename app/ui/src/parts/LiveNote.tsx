import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { othersLooking, useLiveState } from "../backend/live";
import { href } from "../route";

/** Says that somebody looks at the images of a case now, and lets one join. */
export function LiveNote({
  caseId,
  study,
}: {
  caseId: string;
  /** Null while its images are not here. */
  study: string | null;
}): ReactElement {
  const { t } = useTranslation("live");
  const looking = othersLooking(useLiveState(caseId, true));
  return (
    <div role="status">
      {looking.length > 0 && (
        <div className="note live-note" data-live>
          <p>{t("looking", { names: looking.join(t("and")) })}</p>
          {study === null ? (
            <p className="quiet">{t("noImages")}</p>
          ) : (
            <a className="button" href={href({ page: "reader", study, caseId, live: true })}>
              {t("join")}
            </a>
          )}
        </div>
      )}
    </div>
  );
}
