import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../backend/problem";
import { keys } from "../backend/queries";
import { setup } from "../backend/setup";
import type { ApplicationView } from "../backend/setupTypes";
import { ProblemNote } from "../parts/ProblemNote";
import type { BootstrapView } from "./ApplicationCard";

/** Leaves an application at a bootstrap host, and says why when none took it. */
export function Sending({
  application,
  job,
  bootstraps,
  onJob,
}: {
  application: ApplicationView;
  job: string | null;
  bootstraps: BootstrapView[];
  onJob: (job: string) => void;
}): ReactElement {
  const { t } = useTranslation("apply");
  const client = useQueryClient();
  const { id, state } = application;
  const start = useMutation({
    mutationFn: () => setup.deposit(id),
    onSuccess: (started) => onJob(started.job),
  });
  const running = useQuery({
    queryKey: ["jobs", job],
    queryFn: () => setup.job(job ?? ""),
    enabled: job !== null,
    refetchInterval: (query) =>
      query.state.data && query.state.data.state !== "running" ? false : 500,
  });
  const ended = running.data?.state === "done";
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: keys.applications });
  }, [client, ended]);
  const busy =
    start.isPending || (job !== null && (running.data?.state ?? "running") === "running");
  const failed =
    running.data?.state === "failed" && running.data.error
      ? problemOf(409, running.data.error)
      : null;
  const error = start.error ?? running.error ?? failed;
  return (
    <div className="sending">
      {busy && !running.isError ? (
        <p role="status">
          <progress aria-label={t("status.sending")} /> {t("status.sending")}
        </p>
      ) : (
        <>
          {error && (
            <>
              <ProblemNote error={error} />
              <Hosts bootstraps={bootstraps} />
            </>
          )}
          {failed && (
            <details>
              <summary>{t("status.detail")}</summary>
              <p className="address">{failed.message}</p>
            </details>
          )}
          {(state === "made" || error !== null) && (
            <button
              type="button"
              className={state === "made" ? "button button-primary" : "button"}
              onClick={() => start.mutate()}
            >
              {t(error ? "status.sendAgain" : "status.send")}
            </button>
          )}
        </>
      )}
    </div>
  );
}

function Hosts({ bootstraps }: { bootstraps: BootstrapView[] }): ReactElement {
  const { t } = useTranslation("apply");
  if (bootstraps.length === 0) return <p className="quiet">{t("status.noHosts")}</p>;
  return (
    <div>
      <h4>{t("status.hosts")}</h4>
      <ul className="hosts">
        {bootstraps.map((one) => (
          <li key={one.address}>
            <span className={one.connected ? "dot dot-up" : "dot"} aria-hidden="true" />
            <span className="address">{one.address}</span>
            <span className="quiet">
              {t(one.connected ? "status.connected" : "status.unconnected")}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
