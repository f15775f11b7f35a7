import { useMutation } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../parts/ProblemNote";
import { Found } from "./Found";
import { LogTable } from "./LogTable";
import { SearchField } from "./SearchField";
import { SelectField } from "./SelectField";
import { registry } from "./client";
import { useOperatorLog, useOperators } from "./queries";
import { ACTS, type LogFilter } from "./types";
import { useFilter } from "./useFilter";

const EVERYTHING: LogFilter = { operator: "", act: "", about: "", offset: 0 };

export function OperatorLog(): ReactElement {
  const { t } = useTranslation("registry");
  const { filter, narrow, move } = useFilter(EVERYTHING);
  const log = useOperatorLog(filter);
  const operators = useOperators().data?.operators ?? [];
  const verify = useMutation({ mutationFn: registry.verifyLog });
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
        <SelectField
          label={t("log.operator")}
          name="operator"
          value={filter.operator}
          none={t("list.all")}
          options={operators.map((one) => [one.name, one.name] as const)}
          onChange={(operator) => narrow({ operator })}
        />
        <SelectField
          label={t("log.act")}
          name="act"
          value={filter.act}
          none={t("list.all")}
          options={ACTS.map((act) => [act, t(`acts.${act}`)] as const)}
          onChange={(act) => narrow({ act })}
        />
        <SearchField
          label={t("log.about")}
          hint={t("log.aboutHint")}
          name="about"
          value={filter.about}
          onChange={(about) => narrow({ about: about.trim() })}
        />
      </div>
      <Found query={log} none={t("log.none")} onMove={move}>
        {(rows) => <LogTable rows={rows} />}
      </Found>
    </section>
  );
}
