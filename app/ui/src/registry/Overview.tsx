import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../parts/ProblemNote";
import { useRegistryStatus } from "./queries";
import { placeHref } from "./route";
import type { RegistryStatus } from "./types";
import { useMoment } from "./useMoment";

/** A revocation list or checkpoint older than this is told in a warning, seconds: nodes want less than a day. */
const OVERDUE = 12 * 3600;

export function Overview(): ReactElement {
  const { t } = useTranslation("registry");
  const status = useRegistryStatus();
  if (status.isError) {
    return <ProblemNote error={status.error} onRetry={() => void status.refetch()} />;
  }
  return (
    <section>
      <h1>{t("menu.overview")}</h1>
      {status.data ? (
        <Facts status={status.data} />
      ) : (
        <p className="quiet">{t("common.loading", { ns: "translation" })}</p>
      )}
    </section>
  );
}

function Facts({ status }: { status: RegistryStatus }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  const overdue = status.crl_age !== null && status.crl_age > OVERDUE;
  return (
    <>
      {overdue && <p className="note note-warn">{t("overview.crlOverdue")}</p>}
      {status.findings.map((finding) => (
        <p key={finding.code} className="note note-warn" data-finding={finding.code}>
          {finding.detail}
        </p>
      ))}
      <ul className="counts">
        {(["in_force", "suspended", "revoked", "issued"] as const).map((name) => (
          <li key={name} className="card">
            <strong>{status[name].toLocaleString()}</strong>
            {t(`overview.${name}`)}
          </li>
        ))}
        <li className="card">
          <strong>{status.pending}</strong>
          <a href={placeHref({ page: "pending" })}>{t("menu.pending")}</a>
        </li>
      </ul>
      <dl className="facts card">
        <dt>{t("overview.network")}</dt>
        <dd className="code">{status.network}</dd>
        <dt>{t("overview.root")}</dt>
        <dd className="code">{status.root_fingerprint}</dd>
        <dt>{t("overview.register")}</dt>
        <dd>
          {t("overview.registerFacts", {
            size: status.register.size.toLocaleString(),
            at: moment.at(status.register.signed_at),
          })}
        </dd>
        <dt>{t("overview.crl")}</dt>
        <dd>
          {t("overview.crlFacts", {
            number: status.crl_number,
            age: status.crl_age === null ? "—" : moment.age(status.crl_age),
          })}
        </dd>
        <dt>{t("overview.fourEyes")}</dt>
        <dd>{t(status.four_eyes ? "overview.fourEyesOn" : "overview.fourEyesOff")}</dd>
      </dl>
    </>
  );
}
