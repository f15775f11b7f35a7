import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../../parts/Field";
import { ProblemNote } from "../../parts/ProblemNote";
import { Pager } from "../Pager";
import { useApplications } from "../queries";
import { ApplicationTable } from "./ApplicationTable";
import { Intake } from "./Intake";
import { STATES, type ApplicationFilter, type State } from "./types";

/** What waits for a decision comes first. */
const FIRST: ApplicationFilter = { q: "", kind: "", state: "received", offset: 0 };

export function ApplicationsPage(): ReactElement {
  const { t } = useTranslation("applications");
  const [filter, setFilter] = useState(FIRST);
  const found = useApplications(filter);
  const narrow = (change: Partial<ApplicationFilter>) =>
    setFilter((now) => ({ ...now, offset: 0, ...change }));
  const count = (state: State) =>
    state === "received" || state === "approved" ? found.data?.[state] : undefined;
  return (
    <section className="stack">
      <h1>{t("title")}</h1>
      <Intake onReceived={() => setFilter(FIRST)} />
      <div className="filters filters-wide">
        <div className="field">
          <span className="label" id="application-states">
            {t("list.state")}
          </span>
          <div className="toggle" role="group" aria-labelledby="application-states">
            {(["", ...[...STATES]] as const).map((state) => (
              <button
                key={state}
                type="button"
                aria-pressed={filter.state === state}
                onClick={() => narrow({ state })}
              >
                {state === "" ? t("list.all") : t(`state.${state}`)}
                <Count value={state === "" ? undefined : count(state)} />
              </button>
            ))}
          </div>
        </div>
        <Field label={t("list.search")}>
          {(control) => (
            <input
              {...control}
              type="search"
              name="q"
              value={filter.q}
              placeholder={t("list.searchHint")}
              onChange={(event) => narrow({ q: event.target.value })}
            />
          )}
        </Field>
        <Field label={t("list.kind")}>
          {(control) => (
            <select
              {...control}
              name="kind"
              value={filter.kind}
              onChange={(event) =>
                narrow({ kind: event.target.value as ApplicationFilter["kind"] })
              }
            >
              <option value="">{t("list.all")}</option>
              <option value="practitioner">{t("kind.practitioner")}</option>
              <option value="node">{t("kind.node")}</option>
            </select>
          )}
        </Field>
      </div>
      {found.isError && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.data &&
        (found.data.items.length === 0 ? (
          <p className="empty">{t(filter.state === "received" ? "list.noneWaits" : "list.none")}</p>
        ) : (
          <>
            <ApplicationTable rows={found.data.items} />
            <Pager page={found.data} onMove={(offset) => setFilter({ ...filter, offset })} />
          </>
        ))}
    </section>
  );
}

function Count({ value }: { value: number | undefined }): ReactElement | null {
  return value ? <span className="count">{value}</span> : null;
}
