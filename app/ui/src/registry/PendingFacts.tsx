import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "./Facts";
import { OrderFacts } from "./OrderFacts";
import { useCredential } from "./queries";
import { placeHref } from "./route";
import { REASONS, type PendingWhat, type Reason } from "./types";

/** What exactly waits, in words. */
export function PendingFacts({ what }: { what: PendingWhat }): ReactElement {
  const { t } = useTranslation("registry");
  switch (what.act) {
    case "issue":
      return (
        <>
          <OrderFacts order={what.order} />
          {what.application && (
            <p>
              <a href={placeHref({ page: "application", id: what.application })}>
                {t("pending.application")}
              </a>
            </p>
          )}
        </>
      );
    case "operator_add":
    case "operator_remove":
      return <Facts rows={[[t("log.operator"), what.name]]} />;
    case "import":
      return (
        <Facts
          rows={[
            [t("pending.rows"), what.rows.toLocaleString()],
            ["SHA-256", <span className="code">{what.sha256}</span>],
          ]}
        />
      );
    case "revoke":
      return (
        <>
          <OfCredential fingerprint={what.credential} />
          <Facts
            rows={[
              [t("act.reason"), isReason(what.reason) ? t(`reason.${what.reason}`) : what.reason],
            ]}
          />
        </>
      );
    default:
      return <OfCredential fingerprint={what.credential} />;
  }
}

function OfCredential({ fingerprint }: { fingerprint: string }): ReactElement {
  const { t } = useTranslation("registry");
  const subject = useCredential(fingerprint).data?.subject;
  return (
    <Facts
      rows={[
        [
          t("log.about"),
          <a href={placeHref({ page: "credential", fingerprint })}>{subject ?? fingerprint}</a>,
        ],
      ]}
    />
  );
}

export function isReason(word: string): word is Reason {
  return REASONS.some((known) => known === word);
}
