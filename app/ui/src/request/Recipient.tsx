import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useStatus } from "../backend/queries";
import type { Agreement, DirectoryEntry } from "../backend/types";
import { useFormat } from "../i18n/format";
import { ProposeAgreement } from "../report/ProposeAgreement";

/** Who will get the images, as her certificate says it, to be confirmed before sending. */
export function RecipientCard({
  reader,
  confirmed,
  onConfirm,
  error,
}: {
  reader: DirectoryEntry;
  confirmed: boolean;
  onConfirm: (confirmed: boolean) => void;
  error: string | undefined;
}): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <fieldset className={error ? "recipient field-wrong" : "recipient"}>
      <legend>{t("request.recipient")}</legend>
      <p className="recipient-name">
        {reader.name_ja} <span className="quiet">{reader.name_latin}</span>
      </p>
      <dl className="facts">
        <div>
          <dt>{t("request.institution")}</dt>
          <dd>{reader.institution ?? "—"}</dd>
        </div>
        <div>
          <dt>{t(`request.${reader.licence.kind}`)}</dt>
          <dd>{format.licence(reader.licence)}</dd>
        </div>
        <div>
          <dt>{t("request.qualification")}</dt>
          <dd>{reader.qualifications.map(format.qualification).join("・") || "—"}</dd>
        </div>
        <Standing />
      </dl>
      <label className="check">
        <input
          type="checkbox"
          name="recipientConfirmed"
          checked={confirmed}
          aria-invalid={error !== undefined}
          onChange={(event) => onConfirm(event.target.checked)}
        />
        {t("request.confirmRecipient")}
      </label>
      {error && <p className="field-note">{error}</p>}
    </fieldset>
  );
}

/** Only those whose credential stands are offered; how much that is worth depends on the age of the register. */
function Standing(): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const register = useStatus().data?.register;
  if (!register) return null;
  const sure = register.freshness === "current" && register.split_views === 0 && register.seen;
  return (
    <div>
      <dt>{t("request.standing")}</dt>
      <dd className={sure ? "" : "unsure"}>
        {sure ? t("register.inForce", { at: format.dateTime(sure) }) : t("register.unsure")}
      </dd>
    </div>
  );
}

/** Without an agreement in force no request may be sent (R8): offer to propose one. */
export function AgreementNotice({
  reader,
  agreements,
}: {
  reader: DirectoryEntry;
  agreements: Agreement[];
}): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const name = format.person(reader);
  const waiting = agreements.some(
    (one) =>
      one.state === "proposed" && one.proposed_by_me && one.with.fingerprint === reader.fingerprint,
  );
  return (
    <div className="note">
      <p>{waiting ? t("agreements.waiting", { name }) : t("request.noAgreement", { name })}</p>
      {!waiting && <ProposeAgreement fingerprint={reader.fingerprint} />}
    </div>
  );
}
