import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { opinionFile, type CoSignature, type Reconciliation } from "../backend/together";
import type { CaseDetail } from "../backend/types";
import { useFormat } from "../i18n/format";
import { CoSign, type ToCoSign } from "./CoSign";
import { Compared } from "./Compared";
import { coSignable, isOver } from "./coSignable";
import { Reconcile } from "./Reconcile";

/** Two readings of one case: side by side, what both say together, and who has signed beside another. */
export function Together({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation("together");
  const [writing, setWriting] = useState<string | null>(null);
  const [signing, setSigning] = useState<ToCoSign | null>(null);
  const { comparisons, reconciliations, co_signatures } = detail;
  const reports = coSignable(detail);
  const nothing = comparisons.length + reconciliations.length + co_signatures.length === 0;
  if (nothing && reports.length === 0) return null;
  const versions = new Set(detail.reports.map((one) => one.entry_id));
  const ofReports = co_signatures.filter((one) => versions.has(one.of));
  return (
    <section className="card together" aria-labelledby="together-title">
      <h2 id="together-title">{t("title")}</h2>
      {comparisons.map((one) => {
        const pair = `${one.first.entry_id} ${one.second.entry_id}`;
        const writes = writing === pair && one.may_reconcile;
        return (
          <div key={pair}>
            <Compared comparison={one} />
            {one.may_reconcile && !writes && (
              <div className="buttons">
                <button
                  type="button"
                  className="button button-primary"
                  onClick={() => setWriting(pair)}
                >
                  {t("reconcile.begin")}
                </button>
              </div>
            )}
            {writes && (
              <Reconcile detail={detail} comparison={one} onClose={() => setWriting(null)} />
            )}
          </div>
        );
      })}
      {[...reconciliations].reverse().map((one) => (
        <OpinionView key={one.entry_id} detail={detail} opinion={one} onSign={setSigning} />
      ))}
      {ofReports.length > 0 && (
        <>
          <h3>{t("coSign.ofReport")}</h3>
          <Signed all={ofReports} />
        </>
      )}
      <div className="buttons">
        {reports.map((one) => {
          const name = one.author ?? "—";
          const words = one.impression;
          return (
            <button
              key={one.entry_id}
              type="button"
              className="button"
              onClick={() => setSigning({ of: one.entry_id, name, words, stance: "agrees" })}
            >
              {t("coSign.report", { name })}
            </button>
          );
        })}
      </div>
      {signing && <CoSign detail={detail} signing={signing} onClose={() => setSigning(null)} />}
    </section>
  );
}

function OpinionView({
  detail,
  opinion,
  onSign,
}: {
  detail: CaseDetail;
  opinion: Reconciliation;
  onSign: (signing: ToCoSign) => void;
}): ReactElement {
  const { t } = useTranslation(["together", "translation"]);
  const format = useFormat();
  const person = (one: Reconciliation["by"]) => (one ? format.person(one) : "—");
  const author = person(opinion.by);
  const id = detail.case_id;
  const sign = (stance: ToCoSign["stance"]) =>
    onSign({ of: opinion.entry_id, name: author, words: opinion.opinion, stance });
  return (
    <article data-opinion={opinion.entry_id} data-standing={opinion.standing}>
      <h3>{t("opinion.title")}</h3>
      <p className="chips">
        <span className="badge">{t(`opinion.standing.${opinion.standing}`)}</span>
      </p>
      <p className="prose impression">{opinion.opinion}</p>
      {opinion.recommendations !== "" && (
        <>
          <h4>{t("translation:case.recommendations")}</h4>
          <p className="prose">{opinion.recommendations}</p>
        </>
      )}
      <p className="quiet">
        {t("opinion.by", {
          author,
          other: person(opinion.with),
          at: format.dateTime(opinion.signed_at),
        })}
      </p>
      <Signed all={detail.co_signatures.filter((one) => one.of === opinion.entry_id)} />
      {opinion.for_me && !isOver(detail) && (
        <>
          <p>
            <strong>{t("opinion.forYou")}</strong>
          </p>
          <div className="buttons">
            <button type="button" className="button" onClick={() => sign("dissents")}>
              {t("coSign.dissent")}
            </button>
            <button type="button" className="button button-primary" onClick={() => sign("agrees")}>
              {t("coSign.begin")}
            </button>
          </div>
        </>
      )}
      <div className="buttons">
        <a
          className="button"
          href={opinionFile(id, opinion.entry_id, "pdf")}
          download="opinion.pdf"
        >
          {t("opinion.pdf")}
        </a>
        <a
          className="button"
          href={opinionFile(id, opinion.entry_id, "dcm")}
          download="opinion.dcm"
        >
          {t("opinion.sr")}
        </a>
      </div>
    </article>
  );
}

/** Who has signed beside another, or dissents. */
function Signed({ all }: { all: CoSignature[] }): ReactElement | null {
  const { t } = useTranslation("together");
  const format = useFormat();
  if (all.length === 0) return null;
  return (
    <ul className="co-signatures">
      {all.map((one) => (
        <li key={one.entry_id} data-stance={one.stance}>
          {t(one.stance === "agrees" ? "coSign.done" : "coSign.dissented", {
            name: one.by ? format.person(one.by) : "—",
            at: format.dateTime(one.signed_at),
          })}
          {one.words !== "" && <span className="prose"> {one.words}</span>}
        </li>
      ))}
    </ul>
  );
}
