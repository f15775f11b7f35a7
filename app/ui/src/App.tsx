import { Suspense, useCallback, useEffect, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useLiveUpdates } from "./backend/events";
import { useLeft, useSession, useSetup } from "./backend/queries";
import type { Practitioner } from "./backend/types";
import { Alarm } from "./duties/Alarm";
import { useDesktopNotices } from "./notices/useDesktopNotices";
import {
  ApplyPage,
  ArchivesPage,
  AuditPage,
  CasePage,
  DirectoryPage,
  ExportPage,
  GovernancePage,
  ImagePage,
  MediaPage,
  NewRequest,
  NoticesPage,
  PatternPage,
  ProfilePage,
  ReaderPage,
  RetentionPage,
  SecurityPage,
  TemplatesPage,
  WorkList,
} from "./pages";
import { ProblemNote } from "./parts/ProblemNote";
import { PracticeMark } from "./practice/PracticeMark";
import { href, useRoute, type Route } from "./route";
import { GovernanceWarning } from "./shell/GovernanceWarning";
import { Header } from "./shell/Header";
import { NodeWarning } from "./shell/NodeWarning";
import { RegisterWarning } from "./shell/RegisterWarning";
import { StatusFooter } from "./shell/StatusFooter";
import { useTheme } from "./shell/theme";
import { LockScreen } from "./sign-in/LockScreen";
import { SignIn } from "./sign-in/SignIn";
import { useAlone } from "./sign-in/useAlone";

/** Where images are read: always in the dark. Everything else as it was chosen in this browser. */
const DARK: readonly Route["page"][] = ["images", "reader"];

export function App(): ReactElement {
  const { t } = useTranslation();
  const session = useSession();
  const route = useRoute();
  const practitioner = session.data ?? null;
  const held = useHeld(practitioner);
  const alone = useAlone(practitioner?.id ?? null);
  useLiveUpdates(practitioner !== null);
  const many = useCallback((count: number) => t("many", { ns: "notices", count }), [t]);
  useDesktopNotices(practitioner !== null, many);
  const uncertified = useSetup().data?.certified === false;
  const applying = route.page === "apply";
  useEffect(() => {
    // Nobody can sign in yet. The address says where one is, so that loading the page anew comes back here.
    if (uncertified && !applying) location.replace(href({ page: "apply", step: null }));
  }, [uncertified, applying]);
  const chosen = useTheme();
  const theme = practitioner && DARK.includes(route.page) ? "dark" : chosen;
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);

  return (
    <div className="frame">
      <a className="skip" href="#main" onClick={skipToMain}>
        {t("app.skip")}
      </a>
      <div>
        <Header practitioner={practitioner} />
        <Alarm signedIn={practitioner !== null} />
        <NodeWarning />
        <GovernanceWarning signedIn={practitioner !== null} small={DARK.includes(route.page)} />
        <RegisterWarning />
        {practitioner && <PracticeMark route={route} />}
      </div>
      <main id="main" tabIndex={-1}>
        {session.isPending || !alone ? (
          <p className="quiet">{t("common.loading")}</p>
        ) : session.isError ? (
          <ProblemNote error={session.error} onRetry={() => void session.refetch()} />
        ) : held ? (
          <>
            {/* Locked: the page stays mounted with what was typed into it, and is neither seen nor reached. */}
            <div
              key={held.id}
              className="kept"
              hidden={practitioner === null}
              inert={practitioner === null}
            >
              <Suspense fallback={<Loading />}>
                <Page route={route} me={practitioner ?? held} />
              </Suspense>
            </div>
            {practitioner === null && <LockScreen id={held.id} />}
          </>
        ) : applying ? (
          <Suspense fallback={<Loading />}>
            <ApplyPage step={route.step} />
          </Suspense>
        ) : (
          <SignIn />
        )}
      </main>
      <StatusFooter />
    </div>
  );
}

/** While the code of a page is fetched. */
function Loading(): ReactElement {
  const { t } = useTranslation();
  return <p className="quiet">{t("common.loading")}</p>;
}

/** Whoever is signed in, or was until the session was locked; nobody after signing out by hand. */
function useHeld(practitioner: Practitioner | null): Practitioner | null {
  const left = useLeft();
  const [held, setHeld] = useState<{ who: Practitioner; left: number } | null>(null);
  if (practitioner && (held?.who !== practitioner || held.left !== left)) {
    setHeld({ who: practitioner, left });
    return practitioner;
  }
  return held?.left === left ? held.who : null;
}

function Page({ route, me }: { route: Route; me: Practitioner }): ReactElement {
  switch (route.page) {
    case "work":
      return <WorkList />;
    case "case":
      return <CasePage key={route.id} id={route.id} me={me} />;
    case "request":
      return (
        <NewRequest key={route.reader} study={route.study} reader={route.reader ?? null} me={me} />
      );
    case "directory":
      return <DirectoryPage me={me} />;
    case "media":
      return <MediaPage key={route.caseId} caseId={route.caseId} />;
    case "export":
      return <ExportPage key={route.study} study={route.study} />;
    case "profile":
      return <ProfilePage />;
    case "archives":
      return <ArchivesPage />;
    case "audit":
      return <AuditPage />;
    case "governance":
      return <GovernancePage />;
    case "retention":
      return <RetentionPage />;
    case "templates":
      return <TemplatesPage />;
    case "display":
      return <PatternPage />;
    case "security":
      return <SecurityPage />;
    case "notices":
      return <NoticesPage />;
    case "apply":
      return <ApplyPage step={route.step} />;
    case "images":
      return <ImagePage key={route.study} study={route.study} caseId={route.caseId} />;
    case "reader":
      return <Reader study={route.study} caseId={route.caseId} live={route.live === true} />;
  }
}

function Reader({
  study,
  caseId,
  live,
}: {
  study: string;
  caseId: string | null;
  live: boolean;
}): ReactElement {
  const { t } = useTranslation("reader");
  return (
    <Suspense fallback={<p className="quiet">{t("starting")}</p>}>
      <ReaderPage key={study} study={study} caseId={caseId} live={live} />
    </Suspense>
  );
}

/** The fragment is the route, so the skip link moves the focus by itself. */
function skipToMain(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
