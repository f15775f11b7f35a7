import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote, ProblemSpeaker } from "../parts/ProblemNote";
import { LanguageSwitch } from "../shell/LanguageSwitch";
import { CredentialPage } from "./CredentialPage";
import { Credentials } from "./Credentials";
import { Menu } from "./Menu";
import { OperatorLog } from "./OperatorLog";
import { OperatorSignIn } from "./OperatorSignIn";
import { Overview } from "./Overview";
import { PendingActs } from "./PendingActs";
import { ApplicationPage } from "./applications/ApplicationPage";
import { ApplicationsPage } from "./applications/ApplicationsPage";
import { registry } from "./client";
import { ImportsPage } from "./imports/ImportsPage";
import { KeysPage } from "./keys/KeysPage";
import { OperatorsPage } from "./operators/OperatorsPage";
import { keys, useOperator } from "./queries";
import { RegisterPage } from "./register/RegisterPage";
import { placeHref, usePlace, type Place } from "./route";
import { SetUp } from "./setup/SetUp";
import { SetUpCode } from "./setup/SetUpCode";
import { SpecialistsPage } from "./specialists/SpecialistsPage";

/** The registry operator's console. */
export function Console(): ReactElement {
  const { t } = useTranslation("registry");
  const operator = useOperator();
  const signedIn = operator.data?.set_up ? null : operator.data;
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const here = placeHref(place);
  const shown = useRef(here);
  useEffect(() => {
    // Another page begins at its top, for whoever reads on by keyboard or by ear.
    if (shown.current === here) return;
    shown.current = here;
    main.current?.focus();
    if (main.current) main.current.scrollTop = 0;
  }, [here]);
  return (
    <ProblemSpeaker value="registry">
      <div className="frame">
        <a className="skip" href="#main" onClick={(event) => skipTo(event, main.current)}>
          {t("app.skip", { ns: "translation" })}
        </a>
        <header className="header">
          <a className="brand" href={placeHref({ page: "overview" })}>
            <img src="/icon.svg" alt="" width="28" height="28" />
            {t("title")}
          </a>
          <span className="spacer" />
          {signedIn && (
            <>
              <span className="who">
                {signedIn.named ? signedIn.operator : t("signIn.unnamed")}
              </span>
              <SignOut />
            </>
          )}
          <LanguageSwitch />
        </header>
        <div className={signedIn ? "console" : "console console-closed"}>
          {signedIn && <Menu place={place} />}
          <main id="main" ref={main} tabIndex={-1}>
            {operator.isPending ? (
              <p className="quiet">{t("common.loading", { ns: "translation" })}</p>
            ) : operator.isError ? (
              <ProblemNote error={operator.error} onRetry={() => void operator.refetch()} />
            ) : signedIn ? (
              <div className="page">
                <Page place={place} />
              </div>
            ) : operator.data?.set_up === "open" ? (
              <div className="page">
                <SetUp />
              </div>
            ) : operator.data ? (
              <SetUpCode />
            ) : (
              <OperatorSignIn />
            )}
          </main>
        </div>
      </div>
    </ProblemSpeaker>
  );
}

/** Not by the address: that says which page is shown. */
function skipTo(event: React.MouseEvent, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
}

function Page({ place }: { place: Place }): ReactElement {
  switch (place.page) {
    case "overview":
      return <Overview />;
    case "applications":
      return <ApplicationsPage />;
    case "application":
      return <ApplicationPage key={place.id} id={place.id} />;
    case "pending":
      return <PendingActs />;
    case "credentials":
      return <Credentials />;
    case "credential":
      return <CredentialPage key={place.fingerprint} fingerprint={place.fingerprint} />;
    case "imports":
      return <ImportsPage />;
    case "specialists":
      return <SpecialistsPage />;
    case "register":
      return <RegisterPage />;
    case "keys":
      return <KeysPage />;
    case "operators":
      return <OperatorsPage />;
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
