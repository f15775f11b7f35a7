import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../parts/ProblemNote";
import { CertificateFacts } from "./CertificateFacts";
import { CredentialActs } from "./CredentialActs";
import { Facts } from "./Facts";
import { OutcomeNote } from "./OutcomeNote";
import { isReason } from "./PendingFacts";
import { StandingBadge } from "./StandingBadge";
import { files, type Outcome } from "./client";
import { useCredential } from "./queries";
import { placeHref } from "./route";
import type { Credential } from "./types";
import { useMoment } from "./useMoment";

export function CredentialPage({ fingerprint }: { fingerprint: string }): ReactElement {
  const { t } = useTranslation("registry");
  const found = useCredential(fingerprint);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  return (
    <section className="stack">
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
          {outcome && <OutcomeNote outcome={outcome} />}
          <CredentialActs credential={found.data} onDone={setOutcome} />
          <div className="card stack">
            <h2>{t("credential.certificate")}</h2>
            <CertificateFacts certificate={found.data.certificate} />
          </div>
          <Entries credential={found.data} />
        </>
      )}
    </section>
  );
}

/** What register and operator log know of it. */
function Entries({ credential }: { credential: Credential }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  const { revoked, replaced_by: successor, application } = credential;
  const reason = revoked?.reason ?? "";
  return (
    <div className="card stack">
      <h2>{t("credential.record")}</h2>
      <Facts
        rows={[
          [t("list.kind"), t(`kind.${credential.kind}`)],
          [
            t("credential.validity"),
            `${moment.at(credential.validity.not_before)} – ${moment.at(credential.validity.not_after)}`,
          ],
          [t("credentials.issuedAt"), moment.at(credential.issued_at)],
          [t("credential.issuedBy"), credential.issued_by && people(credential.issued_by)],
          [
            t("credential.revoked"),
            revoked &&
              `${moment.at(revoked.since)} · ${isReason(reason) ? t(`reason.${reason}`) : reason === "certificateHold" ? t("reason.certificateHold") : reason}`,
          ],
          [
            t("credential.replacedBy"),
            successor && (
              <a className="code" href={placeHref({ page: "credential", fingerprint: successor })}>
                {successor}
              </a>
            ),
          ],
          [
            t("credential.application"),
            application &&
              (application.startsWith("import:") ? (
                t("credential.imported")
              ) : (
                <a href={placeHref({ page: "application", id: application })}>
                  {t("credential.toApplication")}
                </a>
              )),
          ],
          [t("credential.serial"), <span className="code">{credential.serial}</span>],
          [t("credential.fingerprint"), <span className="code">{credential.fingerprint}</span>],
        ]}
      />
      <div className="buttons">
        <a className="button" href={files.chain(credential.fingerprint)} download="chain.pem">
          {t("credential.chain")}
        </a>
      </div>
    </div>
  );
}

/** Who did it, and who confirmed it: the journal writes `first+second#id`. */
function people(by: string): string {
  return (by.split("#")[0] ?? by).split("+").join(" + ");
}
