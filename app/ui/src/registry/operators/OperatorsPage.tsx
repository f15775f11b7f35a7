import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { OutcomeNote } from "../OutcomeNote";
import type { Outcome } from "../client";
import { keys, useOperator, useOperators } from "../queries";
import type { Operators } from "../types";
import { useMoment } from "../useMoment";
import { AddDialog } from "./AddDialog";
import { EndDialog } from "./EndDialog";
import { PassphraseCard } from "./PassphraseCard";

/** Who works here: named, and let go. */
export function OperatorsPage(): ReactElement {
  const { t } = useTranslation("registryKeys");
  const words = useTranslation("registry").t;
  const operators = useOperators();
  const me = useOperator().data;
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const client = useQueryClient();
  const told = (came: Outcome) => {
    setOutcome(came);
    // Whoever let herself go, or named the first operator, is signed out.
    void client.invalidateQueries({ queryKey: [...keys.session] });
  };
  const all = operators.data?.operators ?? [];
  return (
    <section className="stack">
      <h1>{t("operators.title")}</h1>
      <p className="quiet">{t("operators.hint")}</p>
      {outcome?.pending && <OutcomeNote outcome={outcome} />}
      {outcome && !outcome.pending && (
        <p className="note note-ok" role="status">
          {t("operators.done")}
        </p>
      )}
      {operators.isError && (
        <ProblemNote error={operators.error} onRetry={() => void operators.refetch()} />
      )}
      {operators.data && (
        <>
          <p>
            <strong>{t("operators.fourEyes")}</strong>
            {": "}
            {words(operators.data.four_eyes ? "overview.fourEyesOn" : "overview.fourEyesOff")}
          </p>
          {all.length === 0 ? (
            <p className="empty">{t("operators.none")}</p>
          ) : (
            <Table operators={all} me={me?.operator ?? ""} onEnd={setEnding} />
          )}
          <div className="buttons">
            <button type="button" className="button button-primary" onClick={() => setAdding(true)}>
              {t("operators.add")}
            </button>
          </div>
          <p className="quiet">{t("operators.forgot")}</p>
        </>
      )}
      {me?.named && <PassphraseCard />}
      {adding && (
        <AddDialog
          first={all.length === 0}
          waits={(operators.data?.four_eyes ?? false) && all.length > 1}
          onClose={() => setAdding(false)}
          onDone={told}
        />
      )}
      {ending !== null && (
        <EndDialog
          name={ending}
          waits={operators.data?.four_eyes ?? false}
          onClose={() => setEnding(null)}
          onDone={told}
        />
      )}
    </section>
  );
}

function Table({
  operators,
  me,
  onEnd,
}: {
  operators: Operators["operators"];
  me: string;
  onEnd: (name: string) => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const moment = useMoment();
  const last = operators.length === 1;
  return (
    <>
      <table className="cases">
        <thead>
          <tr>
            <th scope="col">{t("operators.name")}</th>
            <th scope="col">{t("operators.since")}</th>
            <th scope="col">{t("operators.key")}</th>
            <th scope="col" aria-label={t("operators.end")} />
          </tr>
        </thead>
        <tbody>
          {operators.map((one) => (
            <tr key={one.name} data-operator={one.name}>
              <td>
                {one.name} {one.name === me && <span className="badge">{t("operators.you")}</span>}
              </td>
              <td>{moment.at(one.since)}</td>
              <td>
                <span className="code">{one.key}</span>
              </td>
              <td>
                <button
                  type="button"
                  className="button"
                  disabled={last}
                  onClick={() => onEnd(one.name)}
                >
                  {t("operators.end")}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {last && <p className="quiet">{t("operators.endLast")}</p>}
    </>
  );
}
