import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "../Facts";
import { useMoment } from "../useMoment";
import type { Application, HpkiEvidence } from "./types";

/** The countersignature with the applicant's HPKI card, and what it showed. */
export function Hpki({ application }: { application: Application }): ReactElement | null {
  const { t, i18n } = useTranslation("applications");
  if (application.kind === "node" && !application.countersigned) return null;
  const refused = application.findings.find(
    (finding) => finding.code.startsWith("hpki-") && finding.weight !== "good",
  );
  return (
    <div
      className="card stack"
      data-hpki={application.hpki ? "verified" : application.countersigned}
    >
      <h2>{t("hpki.title")}</h2>
      {!application.countersigned && <p className="quiet">{t("hpki.none")}</p>}
      {application.hpki && <Shown hpki={application.hpki} />}
      {application.countersigned && refused && (
        <p className={refused.weight === "bad" ? "note note-problem" : "note"}>
          {i18n.language === "en" ? refused.english : refused.japanese}
        </p>
      )}
    </div>
  );
}

function Shown({ hpki }: { hpki: HpkiEvidence }): ReactElement {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  return (
    <>
      <p className="note note-ok">{t("hpki.verified")}</p>
      <Facts
        rows={[
          [t("hpki.holder"), <strong>{hpki.common_name ?? hpki.subject}</strong>],
          [t("hpki.role"), t(`licence.${hpki.hc_role}`)],
          [t("hpki.issuer"), hpki.issuer],
          [t("hpki.serial"), <span className="code">{hpki.serial}</span>],
          [t("hpki.until"), moment.on(hpki.not_after)],
          [
            t("hpki.revocation"),
            hpki.revocation
              ? t("hpki.notRevoked", { at: moment.at(hpki.revocation.this_update) })
              : t("hpki.notLooked"),
          ],
          [t("hpki.algorithm"), hpki.algorithm],
          [t("hpki.subject"), hpki.subject],
        ]}
      />
    </>
  );
}
