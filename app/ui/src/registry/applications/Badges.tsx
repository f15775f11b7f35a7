import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { State, Verdict } from "./types";
import { TONE } from "./verdict";

export function StateBadge({ state }: { state: State }): ReactElement {
  const { t } = useTranslation("applications");
  return <span className={`badge application-${state}`}>{t(`state.${state}`)}</span>;
}

const MARK = { yes: "✓", no: "✗", open: "?" } as const;

/** The match against the imported list of qualified specialists: the word says it, not the colour alone. */
export function VerdictBadge({ verdict }: { verdict: Verdict }): ReactElement {
  const { t } = useTranslation("applications");
  const tone = TONE[verdict];
  return (
    <span className={`badge verdict-${tone}`} data-verdict={verdict}>
      <span aria-hidden="true">{MARK[tone]}</span> {t(`verdict.${verdict}`)}
    </span>
  );
}
