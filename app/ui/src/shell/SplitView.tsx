import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { evidenceFile } from "../backend/client";
import { useRegister } from "../backend/queries";
import type { Evidence, RegisterPoint } from "../backend/types";
import { useFormat } from "../i18n/format";

/** The registry, or whoever has its key, showed two registers: what to do, and what to tell and hand over. */
export function SplitView({ count }: { count: number }): ReactElement {
  const { t } = useTranslation();
  const kept = useRegister(count).data?.evidence ?? [];
  return (
    <div className="note note-problem">
      <p>{t("register.split")}</p>
      <ol>
        <li>{t("register.splitStop")}</li>
        <li>{t("register.splitCall")}</li>
        <li>{t("register.splitHandOver")}</li>
        <li>{t("register.splitWait")}</li>
      </ol>
      {kept.map((evidence) => (
        <Kept key={evidence.id} evidence={evidence} />
      ))}
    </div>
  );
}

function Kept({ evidence }: { evidence: Evidence }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { charge, smaller, larger } = evidence;
  return (
    <section aria-label={t("register.evidence")}>
      <p>
        {t("register.found", { at: format.dateTime(evidence.found) })}
        {charge && ` ${t(`register.charge.${charge}`)}`}
        {evidence.replaced_key && ` ${t("register.replacedKey")}`}
      </p>
      {smaller && larger && (
        <ul>
          <Point point={smaller} />
          <Point point={larger} />
        </ul>
      )}
      <a className="button" href={evidenceFile(evidence.id)} download="register-evidence.cbor">
        {t("register.saveEvidence")}
      </a>
    </section>
  );
}

/** What the two compare on the telephone: as many letters of the root as nobody can forge in passing. */
function Point({ point }: { point: RegisterPoint }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const root = point.root.slice(0, 16).replace(/(.{4})(?=.)/g, "$1 ");
  return (
    <li>
      {t("register.point", { count: point.size, at: format.dateTime(point.signed_at) })}{" "}
      <code>{root}</code>
    </li>
  );
}
