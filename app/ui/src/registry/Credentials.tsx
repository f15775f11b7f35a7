import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Found } from "./Found";
import { KindField } from "./KindField";
import { OutcomeNote } from "./OutcomeNote";
import { SearchField } from "./SearchField";
import { SelectField } from "./SelectField";
import { StandingBadge } from "./StandingBadge";
import type { Outcome } from "./client";
import { IssueDialog } from "./issuing/IssueDialog";
import { useCredentials } from "./queries";
import { placeHref } from "./route";
import { STANDINGS, type Credential, type CredentialFilter } from "./types";
import { useFilter } from "./useFilter";
import { useMoment } from "./useMoment";

const EVERYTHING: CredentialFilter = { q: "", kind: "", standing: "", offset: 0 };

export function Credentials(): ReactElement {
  const { t } = useTranslation("registry");
  const { filter, narrow, move } = useFilter(EVERYTHING);
  const found = useCredentials(filter);
  return (
    <section className="stack">
      <h1>{t("menu.credentials")}</h1>
      <Issue />
      <div className="filters">
        <SearchField
          label={t("list.search")}
          hint={t("credentials.searchHint")}
          value={filter.q}
          onChange={(q) => narrow({ q })}
        />
        <KindField value={filter.kind} onChange={(kind) => narrow({ kind })} />
        <SelectField
          label={t("credentials.standing")}
          name="standing"
          value={filter.standing}
          none={t("list.all")}
          options={STANDINGS.map((one) => [one, t(`standing.${one}`)] as const)}
          onChange={(standing) => narrow({ standing })}
        />
      </div>
      <Found query={found} none={t("credentials.none")} onMove={move}>
        {(credentials) => <Table credentials={credentials} />}
      </Found>
    </section>
  );
}

/** Applications are the usual way; a request may also come on paper. */
function Issue(): ReactElement {
  const { t } = useTranslation("registry");
  const [asking, setAsking] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  return (
    <div className="card intake">
      <p className="quiet">{t("issue.hint")}</p>
      <div className="buttons">
        <button type="button" className="button" onClick={() => setAsking(true)}>
          {t("issue.open")}
        </button>
      </div>
      {outcome && <OutcomeNote outcome={outcome} />}
      {asking && <IssueDialog onClose={() => setAsking(false)} onDone={setOutcome} />}
    </div>
  );
}

function Table({ credentials }: { credentials: Credential[] }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  return (
    <div className="table-scroll">
      <table className="cases">
        <thead>
          <tr>
            <th scope="col">{t("credentials.subject")}</th>
            <th scope="col">{t("list.kind")}</th>
            <th scope="col">{t("credentials.standing")}</th>
            <th scope="col">{t("credentials.validTo")}</th>
            <th scope="col">{t("credentials.issuedAt")}</th>
          </tr>
        </thead>
        <tbody>
          {credentials.map((one) => (
            <tr key={one.fingerprint} data-credential={one.fingerprint}>
              <td>
                <a href={placeHref({ page: "credential", fingerprint: one.fingerprint })}>
                  {one.subject}
                </a>
              </td>
              <td>{t(`kind.${one.kind}`)}</td>
              <td>
                <StandingBadge standing={one.standing} />
              </td>
              <td className="when">{moment.on(one.validity.not_after)}</td>
              <td className="when">{moment.at(one.issued_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
