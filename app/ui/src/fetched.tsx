import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "./backend/client";
import { Problem } from "./backend/problem";
import { saveKept } from "./report/autosave";

/** When this tab was last loaded anew because of a file that is gone. */
const MARK = "dokuei.reloaded";
/** What fails again so soon is not mended by loading once more, ms. */
const SOON_MS = 60_000;

type Page<P> = { default: ComponentType<P> };

/**
 * A page whose code is fetched when it is opened. After an update of the node the files of before are gone (Vite tells of it
 * as `vite:preloadError`, and `import` fails): what is being written is saved, and the tab is loaded anew, once.
 */
export function fetched<P>(load: () => Promise<Page<P>>): LazyExoticComponent<ComponentType<P>> {
  return lazy(() => load().catch(() => loadAnew<P>()));
}

async function loadAnew<P>(): Promise<Page<P>> {
  if (wasLately() || !(await answers())) return { default: Missing };
  await saveKept();
  sessionStorage.setItem(MARK, String(Date.now()));
  location.reload();
  // Nothing is drawn until the tab is gone.
  return new Promise(() => undefined);
}

function wasLately(): boolean {
  return Date.now() - Number(sessionStorage.getItem(MARK) ?? 0) < SOON_MS;
}

/** Whether the node is there: without it a tab that is loaded anew is lost. A refusal is an answer too. */
async function answers(): Promise<boolean> {
  try {
    await backend.status();
    return true;
  } catch (error) {
    return error instanceof Problem && error.status !== 0;
  }
}

/** In the place of a page whose code cannot be had. */
function Missing() {
  const { t } = useTranslation();
  return (
    <div className="page page-narrow">
      <div className="note note-problem" role="alert">
        <p>{t("app.missing")}</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          {t("common.retry")}
        </button>
      </div>
    </div>
  );
}
