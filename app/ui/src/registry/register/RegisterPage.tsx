import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { Words } from "../../parts/Words";
import { Facts } from "../Facts";
import { files } from "../client";
import { useRegistryStatus } from "../queries";
import { placeHref } from "../route";
import type { RegistryStatus } from "../types";
import { useMoment } from "../useMoment";
import { Mirrors } from "./Mirrors";

/** What the registry publishes, what it stands on, and who mirrors it. */
export function RegisterPage(): ReactElement {
  const { t } = useTranslation("registry");
  const status = useRegistryStatus();
  return (
    <section className="stack">
      <h1>{t("menu.register")}</h1>
      {status.isPending && <p className="quiet">{t("common.loading", { ns: "translation" })}</p>}
      {status.isError && <ProblemNote error={status.error} onRetry={() => void status.refetch()} />}
      {status.data && (
        <>
          <Published status={status.data} />
          <Mirrors size={status.data.register.size} />
          <Authority status={status.data} />
        </>
      )}
    </section>
  );
}

function Published({ status }: { status: RegistryStatus }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  const { register } = status;
  return (
    <div className="card stack">
      <h2>{t("register.published")}</h2>
      <p>{t("register.hint")}</p>
      <Facts
        rows={[
          [t("register.size"), register.size.toLocaleString()],
          [
            t("register.signed"),
            `${moment.ago(register.signed_at)} (${moment.at(register.signed_at)})`,
          ],
          [t("register.head"), <span className="code">{register.root}</span>],
          [
            t("overview.crl"),
            status.crl_age === null
              ? t("register.noList")
              : t("overview.crlFacts", {
                  number: status.crl_number,
                  ago: moment.agoOf(status.crl_age),
                }),
          ],
        ]}
      />
      <div className="buttons">
        <a className="button" href={files.checkpoint} download="checkpoint.txt">
          {t("register.checkpoint")}
        </a>
        <a className="button" href={files.revocationList} download="registry.crl.pem">
          {t("register.crl")}
        </a>
      </div>
      <p className="quiet">
        <Words>{t("register.crlHint")}</Words>
      </p>
    </div>
  );
}

function Authority({ status }: { status: RegistryStatus }): ReactElement {
  const { t } = useTranslation("registry");
  return (
    <div className="card stack">
      <h2>{t("register.authority")}</h2>
      <Facts
        rows={[
          [t("overview.network"), <span className="code">{status.network}</span>],
          [t("overview.root"), <span className="code">{status.root_fingerprint}</span>],
        ]}
      />
      {status.roots.length > 1 && (
        <>
          <h3>{t("register.roots")}</h3>
          <ol className="plain">
            {status.roots.map((root) => (
              <li key={root} className="code">
                {root}
              </li>
            ))}
          </ol>
        </>
      )}
      <div className="buttons">
        <a className="button" href={files.root} download="root.pem">
          {t("register.rootFile")}
        </a>
      </div>
      <p className="quiet">{t("register.rootHint")}</p>
      <p>
        <a href={placeHref({ page: "keys" })}>{t("register.ceremonies")}</a>
      </p>
    </div>
  );
}
