import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../parts/Field";
import { ProblemNote } from "../parts/ProblemNote";
import { LogTable } from "./LogTable";
import { Pager } from "./Pager";
import { registry } from "./client";
import { useOperatorLog, useOperators } from "./queries";
import { ACTS, type LogFilter } from "./types";

const EVERYTHING: LogFilter = { operator: "", act: "", about: "", offset: 0 };

export function OperatorLog(): ReactElement {
  const { t } = useTranslation("registry");
  const [filter, setFilter] = useState(EVERYTHING);
  const log = useOperatorLog(filter);
  const operators = useOperators().data?.operators ?? [];
  const verify = useMutation({ mutationFn: registry.verifyLog });
  const narrow = (change: Partial<LogFilter>) =>
    setFilter((now) => ({ ...now, offset: 0, ...change }));
  return (
    <section className="stack">
      <div className="title-row">
        <h1>{t("menu.log")}</h1>
        <span className="spacer" />
        <button
          type="button"
          className="button"
          disabled={verify.isPending}
          onClick={() => verify.mutate()}
        >
          {t("log.verify")}
        </button>
      </div>
      <p className="quiet">{t("log.hint")}</p>
      {verify.isSuccess && (
        <p className="note note-ok" role="status">
          {t("log.verified", { rows: verify.data.rows.toLocaleString() })}
        </p>
      )}
      {verify.isError && <ProblemNote error={verify.error} />}
      <div className="filters">
        <Field label={t("log.operator")}>
          {(control) => (
            <select
              {...control}
              name="operator"
              value={filter.operator}
              onChange={(event) => narrow({ operator: event.target.value })}
            >
              <option value="">{t("credentials.all")}</option>
              {operators.map((one) => (
                <option key={one.name}>{one.name}</option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t("log.act")}>
          {(control) => (
            <select
              {...control}
              name="act"
              value={filter.act}
              onChange={(event) => narrow({ act: event.target.value })}
            >
              <option value="">{t("credentials.all")}</option>
              {ACTS.map((act) => (
                <option key={act} value={act}>
                  {t(`acts.${act}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t("log.about")}>
          {(control) => (
            <input
              {...control}
              type="search"
              name="about"
              value={filter.about}
              placeholder={t("log.aboutHint")}
              onChange={(event) => narrow({ about: event.target.value.trim() })}
            />
          )}
        </Field>
      </div>
      {log.isError && <ProblemNote error={log.error} onRetry={() => void log.refetch()} />}
      {log.data && (
        <>
          <LogTable rows={log.data.items} />
          <Pager page={log.data} onMove={(offset) => setFilter({ ...filter, offset })} />
        </>
      )}
    </section>
  );
}
