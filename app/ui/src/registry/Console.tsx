import { useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../parts/ProblemNote";
import { LanguageSwitch } from "../shell/LanguageSwitch";
import { CredentialPage } from "./CredentialPage";
import { Credentials } from "./Credentials";
import { OperatorLog } from "./OperatorLog";
import { OperatorSignIn } from "./OperatorSignIn";
import { Overview } from "./Overview";
import { PendingActs } from "./PendingActs";
import { registry } from "./client";
import { keys, useOperator, usePending } from "./queries";
import { PAGES, placeHref, usePlace, type Place } from "./route";

/** The registry operator's console. */
export function Console(): ReactElement {
  const { t } = useTranslation("registry");
  const operator = useOperator();
  const place = usePlace();
  return (
    <div className="frame">
      <header className="header">
        <a className="brand" href={placeHref({ page: "overview" })}>
          <img src="/icon.svg" alt="" width="28" height="28" />
          {t("title")}
        </a>
        <span className="spacer" />
        {operator.data && (
          <>
            <span className="who">{operator.data.operator}</span>
            <SignOut />
          </>
        )}
        <LanguageSwitch />
      </header>
      <main id="main" tabIndex={-1}>
        {operator.isPending ? (
          <p className="quiet">{t("common.loading", { ns: "translation" })}</p>
        ) : operator.isError ? (
          <ProblemNote error={operator.error} onRetry={() => void operator.refetch()} />
        ) : operator.data ? (
          <>
            <Menu place={place} />
            <Page place={place} />
          </>
        ) : (
          <OperatorSignIn />
        )}
      </main>
    </div>
  );
}

function Menu({ place }: { place: Place }): ReactElement {
  const { t } = useTranslation("registry");
  const waiting = usePending().data?.length ?? 0;
  const current = place.page === "credential" ? "credentials" : place.page;
  return (
    <nav className="menu" aria-label={t("menu.label")}>
      {PAGES.map((page) => (
        <a
          key={page}
          href={placeHref({ page })}
          aria-current={page === current ? "page" : undefined}
        >
          {t(`menu.${page}`)}
          {page === "pending" && waiting > 0 && <span className="badge">{waiting}</span>}
        </a>
      ))}
    </nav>
  );
}

function Page({ place }: { place: Place }): ReactElement {
  switch (place.page) {
    case "overview":
      return <Overview />;
    case "credentials":
      return <Credentials />;
    case "credential":
      return <CredentialPage key={place.fingerprint} fingerprint={place.fingerprint} />;
    case "pending":
      return <PendingActs />;
    case "log":
      return <OperatorLog />;
  }
}

function SignOut(): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const leave = async () => {
    try {
      await registry.signOut();
    } finally {
      client.clear();
      client.setQueryData(keys.session, null);
    }
  };
  return (
    <button type="button" className="button button-quiet" onClick={() => void leave()}>
      {t("signIn.out")}
    </button>
  );
}
