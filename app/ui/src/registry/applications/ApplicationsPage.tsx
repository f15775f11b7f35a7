import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Found } from "../Found";
import { KindField } from "../KindField";
import { SearchField } from "../SearchField";
import { useApplications } from "../queries";
import { useFilter } from "../useFilter";
import { ApplicationTable } from "./ApplicationTable";
import { Intake } from "./Intake";
import { STATES, type ApplicationFilter, type State } from "./types";

/** What waits for a decision comes first. */
const FIRST: ApplicationFilter = { q: "", kind: "", state: "received", offset: 0 };

export function ApplicationsPage(): ReactElement {
  const { t } = useTranslation(["applications", "registry"]);
  const { filter, narrow, move, reset } = useFilter(FIRST);
  const found = useApplications(filter);
  const count = (state: State) =>
    state === "received" || state === "approved" ? found.data?.[state] : undefined;
  return (
    <section className="stack">
      <h1>{t("title")}</h1>
      <Intake onReceived={reset} />
      <div className="filters filters-wide">
        <div className="field">
          <span className="label" id="application-states">
            {t("list.state")}
          </span>
          <div className="toggle" role="group" aria-labelledby="application-states">
            {(["", ...STATES] as const).map((state) => (
              <button
                key={state}
                type="button"
                aria-pressed={filter.state === state}
                onClick={() => narrow({ state })}
              >
                {state === "" ? t("registry:list.all") : t(`state.${state}`)}
                <Count value={state === "" ? undefined : count(state)} />
              </button>
            ))}
          </div>
        </div>
        <SearchField
          label={t("registry:list.search")}
          hint={t("list.searchHint")}
          value={filter.q}
          onChange={(q) => narrow({ q })}
        />
        <KindField value={filter.kind} onChange={(kind) => narrow({ kind })} />
      </div>
      <Found
        query={found}
        none={t(filter.state === "received" ? "list.noneWaits" : "list.none")}
        onMove={move}
      >
        {(rows) => <ApplicationTable rows={rows} />}
      </Found>
    </section>
  );
}

function Count({ value }: { value: number | undefined }): ReactElement | null {
  return value ? <span className="count">{value}</span> : null;
}
