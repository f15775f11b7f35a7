import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "../parts/Field";
import { ProblemNote } from "../parts/ProblemNote";
import { Pager } from "./Pager";
import { StandingBadge } from "./StandingBadge";
import { useCredentials } from "./queries";
import { placeHref } from "./route";
import { STANDINGS, type Credential, type CredentialFilter, type Standing } from "./types";
import { useMoment } from "./useMoment";

const EVERYTHING: CredentialFilter = { q: "", kind: "", standing: "", offset: 0 };

export function Credentials(): ReactElement {
  const { t } = useTranslation("registry");
  const [filter, setFilter] = useState(EVERYTHING);
  const found = useCredentials(filter);
  const narrow = (change: Partial<CredentialFilter>) =>
    setFilter((now) => ({ ...now, offset: 0, ...change }));
  return (
    <section className="stack">
      <h1>{t("menu.credentials")}</h1>
      <div className="filters">
        <Field label={t("credentials.search")}>
          {(control) => (
            <input
              {...control}
              type="search"
              name="q"
              value={filter.q}
              placeholder={t("credentials.searchHint")}
              onChange={(event) => narrow({ q: event.target.value })}
            />
          )}
        </Field>
        <Field label={t("credentials.kind")}>
          {(control) => (
            <select
              {...control}
              name="kind"
              value={filter.kind}
              onChange={(event) => narrow({ kind: event.target.value as CredentialFilter["kind"] })}
            >
              <option value="">{t("credentials.all")}</option>
              <option value="practitioner">{t("kind.practitioner")}</option>
              <option value="node">{t("kind.node")}</option>
            </select>
          )}
        </Field>
        <Field label={t("credentials.standing")}>
          {(control) => (
            <select
              {...control}
              name="standing"
              value={filter.standing}
              onChange={(event) => narrow({ standing: event.target.value as Standing | "" })}
            >
              <option value="">{t("credentials.all")}</option>
              {STANDINGS.map((standing) => (
                <option key={standing} value={standing}>
                  {t(`standing.${standing}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {found.isError && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (
        <>
          <Table credentials={found.data.items} />
          <Pager page={found.data} onMove={(offset) => setFilter({ ...filter, offset })} />
        </>
      )}
    </section>
  );
}

function Table({ credentials }: { credentials: Credential[] }): ReactElement {
  const { t } = useTranslation("registry");
  const moment = useMoment();
  if (credentials.length === 0) return <p className="empty">{t("credentials.none")}</p>;
  return (
    <div className="table-scroll">
      <table className="cases">
        <thead>
          <tr>
            <th scope="col">{t("credentials.subject")}</th>
            <th scope="col">{t("credentials.kind")}</th>
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
