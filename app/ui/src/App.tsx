import { useEffect, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useLiveUpdates } from "./backend/events";
import { useSession } from "./backend/queries";
import type { Practitioner } from "./backend/types";
import { CasePage } from "./consultation/CasePage";
import { ProblemNote } from "./parts/ProblemNote";
import { NewRequest } from "./request/NewRequest";
import { useRoute, type Route } from "./route";
import { Header } from "./shell/Header";
import { StatusFooter } from "./shell/StatusFooter";
import { SignIn } from "./sign-in/SignIn";
import { ImagePage } from "./viewer/ImagePage";
import { WorkList } from "./worklist/WorkList";

export function App(): ReactElement {
  const { t } = useTranslation();
  const session = useSession();
  const route = useRoute();
  const practitioner = session.data ?? null;
  useLiveUpdates(practitioner !== null);
  // Images are read in the dark, everything else is work on paper.
  const theme = practitioner && route.page === "images" ? "dark" : "light";
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);

  return (
    <div className="frame">
      <a className="skip" href="#main" onClick={skipToMain}>
        {t("app.skip")}
      </a>
      <Header practitioner={practitioner} />
      <main id="main" tabIndex={-1}>
        {session.isPending ? (
          <p className="quiet">{t("common.loading")}</p>
        ) : session.isError ? (
          <ProblemNote error={session.error} onRetry={() => void session.refetch()} />
        ) : practitioner ? (
          <Page route={route} me={practitioner} />
        ) : (
          <SignIn />
        )}
      </main>
      <StatusFooter />
    </div>
  );
}

function Page({ route, me }: { route: Route; me: Practitioner }): ReactElement {
  switch (route.page) {
    case "work":
      return <WorkList />;
    case "case":
      return <CasePage key={route.id} id={route.id} me={me} />;
    case "request":
      return <NewRequest study={route.study} me={me} />;
    case "images":
      return <ImagePage key={route.study} study={route.study} caseId={route.caseId} />;
  }
}

/** The fragment is the route, so the skip link moves the focus by itself. */
function skipToMain(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
