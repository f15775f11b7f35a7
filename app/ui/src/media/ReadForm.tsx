import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { media, useMediaJob, type ReadCase, type ReadMedia } from "../backend/media";
import { allSaid, Prose } from "../parts/Prose";
import { href } from "../route";
import { Work } from "./Work";

/** Takes what is addressed to whoever is signed in; a line for each medium. */
export function ReadForm(): ReactElement {
  const { t } = useTranslation("media");
  const [paths, setPaths] = useState("");
  const [tried, setTried] = useState(false);
  const start = useMutation({ mutationFn: (named: string[]) => media.read(named) });
  const work = useMediaJob<ReadMedia>(start.data?.job ?? null);
  const busy = start.isPending || work.running;
  return (
    <form
      className="card"
      noValidate
      aria-labelledby="read-title"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        const named = paths.split("\n").map((one) => one.trim());
        if (allSaid(paths)) start.mutate(named.filter((one) => one !== ""));
      }}
    >
      <h2 id="read-title">{t("read.title")}</h2>
      <Prose
        label={t("read.paths")}
        hint={t("read.pathsHint")}
        value={paths}
        onChange={setPaths}
        rows={2}
        required
        tried={tried}
      />
      <Work {...work} error={start.error ?? work.error} />
      {work.result && !busy && (
        <div className="note note-ok" role="status">
          {work.result.cases.map((one) => (
            <Taken key={one.case_id} taken={one} />
          ))}
        </div>
      )}
      <button type="submit" className="button button-primary" disabled={busy}>
        {t("read.start")}
      </button>
    </form>
  );
}

/** What became of a case, and what is to be done now. */
function Taken({ taken }: { taken: ReadCase }): ReactElement {
  const { t } = useTranslation("media");
  const { done = 0, total = 0, missing_discs: missing = [] } = taken;
  return (
    <p>
      <a href={href({ page: "case", id: taken.case_id })}>{t("read.open")}</a> —{" "}
      {t("read.entries", { count: taken.entries })}{" "}
      {t(`read.study.${taken.study ?? "none"}`, {
        percent: total > 0 ? Math.floor((done / total) * 100) : 0,
        discs: missing.join(", "),
      })}
    </p>
  );
}
