import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../parts/ProblemNote";
import { Words } from "../parts/Words";
import { Facts } from "./Facts";
import { useApplications, usePending, useRegistryStatus } from "./queries";
import { placeHref, type Place } from "./route";
import type { Finding, RegistryStatus } from "./types";
import { useMoment } from "./useMoment";

/** A revocation list older than this is told in a warning, seconds: nodes want less than a day. */
const OVERDUE = 12 * 3600;

export function Overview(): ReactElement {
  const { t } = useTranslation("registry");
  const status = useRegistryStatus();
  if (status.isError) {
    return <ProblemNote error={status.error} onRetry={() => void status.refetch()} />;
  }
  return (
    <section className="stack">
      <h1>{t("menu.overview")}</h1>
      {status.data ? (
        <>
          <Waiting />
          <Findings status={status.data} />
          <Counts status={status.data} />
          <Standing status={status.data} />
        </>
      ) : (
        <p className="quiet">{t("common.loading", { ns: "translation" })}</p>
      )}
    </section>
  );
}

/** What an operator comes for. */
function Waiting(): ReactElement {
  const { t } = useTranslation("registry");
  const received =
    useApplications({ q: "", kind: "", state: "received", offset: 0 }).data?.received ?? 0;
  const pending = usePending().data?.length ?? 0;
  const jobs = [
    [received, "applications", "overview.toDecide"],
    [pending, "pending", "overview.toConfirm"],
  ] as const;
  return (
    <ul className="jobs">
      {jobs.map(([count, page, text]) => (
        <li key={page} className={count > 0 ? "card next" : "card"}>
          <strong className="figure">{count}</strong>
          <span>{t(text)}</span>
          <a className={count > 0 ? "button button-primary" : "button"} href={placeHref({ page })}>
            {t("overview.open")}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** What the registry's doctor found, in our words where the code is known. */
function Findings({ status }: { status: RegistryStatus }): ReactElement | null {
  const { t } = useTranslation("registry");
  const overdue = status.crl_age !== null && status.crl_age > OVERDUE;
  if (status.findings.length === 0 && !overdue) return null;
  return (
    <div className="card stack">
      <h2>{t("overview.lookAt")}</h2>
      {overdue && (
        <p className="note">
          <Words>{t("overview.crlOverdue")}</Words>
        </p>
      )}
      {status.findings.map((finding) => (
        <p key={finding.code} className="note" data-finding={finding.code}>
          <Words>{isKnown(finding) ? t(`doctor.${finding.code}`) : finding.detail}</Words>
        </p>
      ))}
    </div>
  );
}

const KNOWN = [
  "root_key_here",
  "list_old",
  "authority_ends",
  "root_ends",
  "no_operators",
  "directory_open",
] as const;

function isKnown(finding: Finding): finding is Finding & { code: (typeof KNOWN)[number] } {
  return KNOWN.some((code) => code === finding.code);
}

function Counts({ status }: { status: RegistryStatus }): ReactElement {
  const { t } = useTranslation("registry");
  return (
    <div className="card stack">
      <h2>{t("menu.credentials")}</h2>
      <ul className="counts">
        {(["in_force", "suspended", "revoked", "issued"] as const).map((name) => (
          <li key={name}>
            <strong className="figure">{status[name].toLocaleString()}</strong>
            {t(`overview.${name}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Standing({ status }: { status: RegistryStatus }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  const register: Place = { page: "register" };
  return (
    <div className="card stack">
      <h2>{t("overview.standing")}</h2>
      <Facts
        rows={[
          [
            t("overview.register"),
            t("overview.registerFacts", {
              size: status.register.size.toLocaleString(),
              ago: moment.ago(status.register.signed_at),
            }),
          ],
          [
            t("overview.crl"),
            status.crl_age === null
              ? t("register.noList")
              : t("overview.crlFacts", {
                  number: status.crl_number,
                  ago: moment.agoOf(status.crl_age),
                }),
          ],
          [
            t("overview.fourEyes"),
            t(status.four_eyes ? "overview.fourEyesOn" : "overview.fourEyesOff"),
          ],
          [t("overview.operators"), t("overview.operatorCount", { count: status.operators })],
          [t("overview.network"), <span className="code">{status.network}</span>],
          [t("overview.version"), status.version],
        ]}
      />
      <p>
        <a href={placeHref(register)}>{t("overview.more")}</a>
      </p>
    </div>
  );
}
