import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../parts/ProblemNote";
import { CredentialActs } from "./CredentialActs";
import { StandingBadge } from "./StandingBadge";
import { useCredential } from "./queries";
import { placeHref } from "./route";
import type { Credential } from "./types";
import { useMoment } from "./useMoment";

export function CredentialPage({ fingerprint }: { fingerprint: string }): ReactElement {
  const { t } = useTranslation("registry");
  const found = useCredential(fingerprint);
  const [waits, setWaits] = useState(false);
  return (
    <section>
      <p>
        <a href={placeHref({ page: "credentials" })}>{t("credential.back")}</a>
      </p>
      {found.isPending && <p className="quiet">{t("common.loading", { ns: "translation" })}</p>}
      {found.isError && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (
        <>
          <div className="title-row">
            <h1>{found.data.subject}</h1>
            <StandingBadge standing={found.data.standing} />
          </div>
          {waits && (
            <p className="note" role="status">
              {t("credential.waits")}{" "}
              <a href={placeHref({ page: "pending" })}>{t("menu.pending")}</a>
            </p>
          )}
          <CredentialActs credential={found.data} onWaits={() => setWaits(true)} />
          <Facts credential={found.data} />
          <details className="card">
            <summary>{t("credential.certificate")}</summary>
            <pre className="code">{JSON.stringify(found.data.certificate, null, 2)}</pre>
          </details>
        </>
      )}
    </section>
  );
}

function Facts({ credential }: { credential: Credential }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  const facts: [string, string][] = [
    [t("credentials.kind"), t(`kind.${credential.kind}`)],
    [t("credential.fingerprint"), credential.fingerprint],
    [t("credential.serial"), credential.serial],
    [t("credential.validFrom"), moment.at(credential.validity.not_before)],
    [t("credentials.validTo"), moment.at(credential.validity.not_after)],
    [t("credentials.issuedAt"), moment.at(credential.issued_at)],
  ];
  if (credential.issued_by) facts.push([t("credential.issuedBy"), credential.issued_by]);
  if (credential.revoked) {
    const { since, reason } = credential.revoked;
    facts.push([t("credential.revoked"), `${moment.at(since)} (${reason})`]);
  }
  return (
    <dl className="facts card">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {credential.replaced_by && (
        <div>
          <dt>{t("credential.replacedBy")}</dt>
          <dd>
            <a href={placeHref({ page: "credential", fingerprint: credential.replaced_by })}>
              {credential.replaced_by}
            </a>
          </dd>
        </div>
      )}
    </dl>
  );
}
