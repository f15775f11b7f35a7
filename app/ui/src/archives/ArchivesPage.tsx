import { useMutation } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { archives, useArchives, type Archive } from "../backend/archives";
import { ProblemNote } from "../parts/ProblemNote";
import { Words } from "../parts/Words";
import { href } from "../route";
import { Queue } from "./Queue";

/** The archives of the house: who they are, and what goes to them. */
export function ArchivesPage(): ReactElement {
  const { t } = useTranslation("archives");
  const all = useArchives();
  return (
    <div className="page">
      <a href={href({ page: "work" })}>← {t("common.workList", { ns: "translation" })}</a>
      <h1>{t("title")}</h1>
      {all.isPending && <p className="quiet">{t("common.loading", { ns: "translation" })}</p>}
      {all.isError && <ProblemNote error={all.error} onRetry={() => void all.refetch()} />}
      {all.data?.length === 0 && (
        <p className="empty">
          <Words>{t("none")}</Words>
        </p>
      )}
      {all.data && all.data.length > 0 && (
        <ul className="studies" aria-label={t("list")}>
          {all.data.map((archive) => (
            <ArchiveCard key={archive.aet} archive={archive} />
          ))}
        </ul>
      )}
      <Queue />
    </div>
  );
}

function ArchiveCard({ archive }: { archive: Archive }): ReactElement {
  const { t } = useTranslation("archives");
  const echo = useMutation({ mutationFn: () => archives.echo(archive.aet) });
  const uses = [archive.send && t("sends"), archive.fetch && t("fetches")].filter(Boolean);
  return (
    <li className="card study" data-archive={archive.aet}>
      <h2>{archive.aet}</h2>
      <p className="quiet">
        {archive.address} · {t(archive.tls ? "tls" : "plain")} · {uses.join("・")}
      </p>
      {archive.waiting > 0 && <p>{t("waiting", { count: archive.waiting })}</p>}
      <div className="buttons">
        <button
          type="button"
          className="button"
          disabled={echo.isPending}
          onClick={() => echo.mutate()}
        >
          {t(echo.isPending ? "testing" : "test")}
        </button>
      </div>
      <div role="status">
        {echo.data?.ok === true && <p>{t("answers", { milliseconds: echo.data.milliseconds })}</p>}
        {echo.data?.ok === false && (
          <p className="note note-problem">
            <strong>{t("silent")}</strong> <span lang="en">{echo.data.why}</span>
          </p>
        )}
      </div>
      {echo.isError && <ProblemNote error={echo.error} />}
    </li>
  );
}
