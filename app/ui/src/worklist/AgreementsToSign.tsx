import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { agreementFile, backend } from "../backend/client";
import { keys, useAgreements, useChange } from "../backend/queries";
import type { Agreement } from "../backend/types";
import { useFormat } from "../i18n/format";
import { ConfirmDialog } from "../parts/ConfirmDialog";

/** Agreements of others that wait for this practitioner's signature (R8). */
export function AgreementsToSign(): ReactElement | null {
  const { t } = useTranslation();
  const agreements = useAgreements();
  const waiting = (agreements.data ?? []).filter(
    (a) => a.state === "proposed" && !a.proposed_by_me,
  );
  if (waiting.length === 0) return null;
  return (
    <section aria-labelledby="agreements-title">
      <h2 id="agreements-title">{t("agreements.title")}</h2>
      {waiting.map((agreement) => (
        <Proposal key={agreement.id} agreement={agreement} />
      ))}
    </section>
  );
}

function Proposal({ agreement }: { agreement: Agreement }): ReactElement {
  const { t } = useTranslation(["translation", "report"]);
  const format = useFormat();
  const [asking, setAsking] = useState(false);
  const accept = useChange(backend.acceptAgreement, [keys.agreements]);
  return (
    <div className="note">
      <p>{t("agreements.explain", { name: format.person(agreement.with) })}</p>
      <details>
        <summary>{t("agreements.terms")}</summary>
        <p className="prose">{agreement.terms}</p>
        <a href={agreementFile(agreement.id)} download="agreement.pdf">
          {t("report:agree.paper")}
        </a>
      </details>
      <button type="button" className="button button-primary" onClick={() => setAsking(true)}>
        {t("agreements.accept")}
      </button>
      {asking && (
        <ConfirmDialog
          title={t("agreements.confirmTitle")}
          confirm={t("agreements.accept")}
          busy={accept.isPending}
          error={accept.error}
          onConfirm={() => accept.mutate(agreement.id)}
          onCancel={() => setAsking(false)}
        >
          <p className="prose terms">{agreement.terms}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
