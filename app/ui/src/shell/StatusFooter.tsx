import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../backend/problem";
import { useStatus } from "../backend/queries";
import type { NodeStatus } from "../backend/types";

/** Whether anybody can be reached, and whether a relay carries it: never hidden from the user. */
export function StatusFooter(): ReactElement {
  const { t } = useTranslation();
  const status = useStatus();
  return (
    <footer className="footer" aria-label={t("status.label")}>
      {status.data ? (
        <Connections status={status.data} />
      ) : (
        // Whoever is not let in is not told how the node is; that is no failure of the node.
        !isClosed(status.error) && (
          <span>{status.isError ? t("status.down") : t("common.loading")}</span>
        )
      )}
    </footer>
  );
}

function isClosed(error: Error | null): boolean {
  return error instanceof Problem && error.status === 401;
}

function Connections({ status }: { status: NodeStatus }): ReactElement {
  const { t } = useTranslation();
  const { peers, bootstraps } = status;
  const up = bootstraps.filter((bootstrap) => bootstrap.connected).length;
  const relayed = peers.filter((peer) => peer.relayed && !peer.direct).length;
  return (
    <>
      <span className={peers.length > 0 ? "dot dot-up" : "dot"} aria-hidden="true" />
      <span>
        {peers.length > 0 ? t("status.peers", { count: peers.length }) : t("status.alone")}
      </span>
      {peers.length > 0 && (
        <span>
          {t("status.direct", { count: peers.length - relayed })} ·{" "}
          {t("status.relayed", { count: relayed })}
        </span>
      )}
      <span>{t("status.bootstraps", { up, total: bootstraps.length })}</span>
      <span className="spacer" />
      <span>{status.version}</span>
    </>
  );
}
