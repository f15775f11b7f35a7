import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { Words } from "../../parts/Words";
import { useBootstraps } from "../queries";
import type { Bootstrap } from "../types";
import { useMoment } from "../useMoment";

/** The bootstrap hosts that the configuration names: how far their mirrors are, and what waits in their drop boxes. */
export function Mirrors({ size }: { size: number }): ReactElement {
  const { t } = useTranslation("registry");
  const hosts = useBootstraps();
  return (
    <div className="card stack">
      <div className="title-row">
        <h2>{t("mirrors.title")}</h2>
        <span className="spacer" />
        <button
          type="button"
          className="button button-quiet"
          disabled={hosts.isFetching}
          onClick={() => void hosts.refetch()}
        >
          {t("mirrors.again")}
        </button>
      </div>
      {hosts.isPending && <p className="quiet">{t("mirrors.asking")}</p>}
      {hosts.isError && <ProblemNote error={hosts.error} onRetry={() => void hosts.refetch()} />}
      {hosts.data?.length === 0 && (
        <>
          <p>
            <Words>{t("mirrors.none")}</Words>
          </p>
          <pre className="code">{'bootstraps = ["http://127.0.0.1:8080"]'}</pre>
        </>
      )}
      {hosts.data && hosts.data.length > 0 && (
        <div className="table-scroll table-flat">
          <table className="cases">
            <thead>
              <tr>
                <th scope="col">{t("mirrors.host")}</th>
                <th scope="col">{t("mirrors.state")}</th>
                <th scope="col">{t("mirrors.signed")}</th>
                <th scope="col">{t("mirrors.dropBox")}</th>
              </tr>
            </thead>
            <tbody>
              {hosts.data.map((host) => (
                <Host key={host.url} host={host} size={size} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Host({ host, size }: { host: Bootstrap; size: number }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  if (!("peer_id" in host)) {
    return (
      <tr data-mirror={host.url}>
        <td className="code">{host.url}</td>
        <td colSpan={3}>
          <span className="badge verdict-no">{t("mirrors.silent")}</span>
          <div className="quiet" lang="en">
            {host.detail}
          </div>
        </td>
      </tr>
    );
  }
  const { register, drop_box: dropBox } = host;
  const behind = register ? Math.max(0, size - register.entries) : 0;
  return (
    <tr data-mirror={host.url}>
      <td>
        <span className="code">{host.url}</span>
        <div className="quiet">{t("mirrors.version", { version: host.version })}</div>
      </td>
      <td>
        {!register ? (
          <span className="badge">{t("mirrors.noMirror")}</span>
        ) : behind > 0 ? (
          <span className="badge verdict-no">{t("mirrors.behind", { count: behind })}</span>
        ) : (
          <span className="badge verdict-yes">✓ {t("mirrors.current")}</span>
        )}
      </td>
      <td className="when">{register?.signed_at ? moment.ago(register.signed_at) : "—"}</td>
      <td>
        {dropBox ? t("mirrors.deposits", { count: dropBox.deposits }) : t("mirrors.noDropBox")}
      </td>
    </tr>
  );
}
