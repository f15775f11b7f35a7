import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { archives, useFetching, type Fetched } from "../backend/archives";
import { problemOf } from "../backend/problem";
import { keys } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";

/** A study on its way from an archive, until it is here or is not. */
export function FetchProgress({
  job,
  onEnded,
  onUse,
}: {
  job: string;
  /** It is here, or will not come. */
  onEnded: () => void;
  /** It is to be asked about. */
  onUse: () => void;
}): ReactElement {
  const { t } = useTranslation("archives");
  const client = useQueryClient();
  const fetching = useFetching(job);
  const cancel = useMutation({ mutationFn: () => archives.cancelFetch(job) });
  const told = useRef(false);
  const state = fetching.data?.state;
  useEffect(() => {
    if (state === undefined || state === "running" || told.current) return;
    told.current = true;
    void client.invalidateQueries({ queryKey: keys.studies }).then(onEnded);
  }, [state, client, onEnded]);
  if (fetching.isError) return <ProblemNote error={fetching.error} />;
  if (!fetching.data) return <p role="status">{t("from.fetching")}</p>;
  const { done, total, result, error } = fetching.data;
  if (state === "failed")
    return <ProblemNote error={error ? problemOf(409, error) : new Error(state)} />;
  if (state === "done" && result) return <Outcome result={result} onUse={onUse} />;
  return (
    <div className="transfer">
      <progress
        aria-label={t("from.fetching")}
        max={Math.max(total, 1)}
        value={total > 0 ? done : undefined}
      />
      <span>
        {t("from.fetching")} {total > 0 && t("from.amount", { done, total })}
      </span>
      <button
        type="button"
        className="button button-quiet"
        disabled={cancel.isPending}
        onClick={() => cancel.mutate()}
      >
        {t("from.cancel")}
      </button>
      {cancel.isError && <ProblemNote error={cancel.error} />}
    </div>
  );
}

function Outcome({ result, onUse }: { result: Fetched; onUse: () => void }): ReactElement {
  const { t } = useTranslation("archives");
  return (
    <div role="status" data-fetched={result.study_instance_uid}>
      <p>
        {result.new > 0 || !result.complete ? t("from.done", { count: result.new }) : t("from.all")}
      </p>
      {!result.complete && result.missing === 0 && (
        <p className="note note-problem">{t("from.incomplete", { why: result.why ?? "" })}</p>
      )}
      {result.missing > 0 && (
        <p className="note note-problem">{t("from.missing", { count: result.missing })}</p>
      )}
      {result.refused > 0 && (
        <p className="note note-problem">
          {t("from.refused", { count: result.refused, why: result.why ?? "" })}
        </p>
      )}
      {/* Of a study that is not whole nobody is asked by a single press. */}
      {result.complete && (
        <button type="button" className="button" onClick={onUse}>
          {t("from.use")}
        </button>
      )}
    </div>
  );
}
