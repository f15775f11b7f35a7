import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { archiveKeys, archives, useArchives } from "../backend/archives";
import { useChange } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";

/** Sends a study to an archive of the house, where one is set up to which may be sent. */
export function SendToArchive({
  study,
  patient,
}: {
  study: string;
  patient: string;
}): ReactElement | null {
  const { t } = useTranslation("archives");
  const all = useArchives();
  const targets = (all.data ?? []).filter((archive) => archive.send).map((archive) => archive.aet);
  const [chosen, setChosen] = useState<string | null>(null);
  const send = useChange((to: string) => archives.send(study, to), [archiveKeys.archives]);
  const to = chosen ?? targets[0];
  if (to === undefined) return null;
  return (
    <div data-send-to-archive>
      <div className="buttons">
        {targets.length > 1 && (
          <select
            aria-label={t("send.choose", { patient })}
            value={to}
            onChange={(event) => {
              setChosen(event.target.value);
              send.reset();
            }}
          >
            {targets.map((aet) => (
              <option key={aet}>{aet}</option>
            ))}
          </select>
        )}
        <button
          type="button"
          className="button button-quiet"
          aria-label={t("send.of", { patient, archive: to })}
          disabled={send.isPending || send.isSuccess}
          onClick={() => send.mutate(to)}
        >
          {t("send.button", { archive: to })}
        </button>
      </div>
      <div role="status">
        {send.isSuccess && (
          <p className="quiet">
            {t("send.queued", { archive: to })}{" "}
            <a href={href({ page: "archives" })}>{t("send.follow")}</a>
          </p>
        )}
      </div>
      {send.isError && <ProblemNote error={send.error} />}
    </div>
  );
}
