import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "./Facts";
import type { Certificate } from "./types";
import { useMoment } from "./useMoment";

/** What a certificate attests, in words. */
export function CertificateFacts({ certificate }: { certificate: Certificate }): ReactElement {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  if (!("licence" in certificate)) {
    return (
      <Facts
        rows={[
          [t("claims.institution"), certificate.institution],
          [t("claims.institutionCode"), certificate.institution_code],
          [t("claims.device"), t(`device.${certificate.device_class}`)],
          [t("claims.owner"), t(`owner.${certificate.owner}`)],
        ]}
      />
    );
  }
  const { name, licence, institution, qualifications, scope } = certificate;
  return (
    <Facts
      rows={[
        [t("claims.nameJa"), name.japanese],
        [t("claims.nameLatin"), name.latin],
        [t("claims.licence"), t(`licence.${licence.kind}`)],
        [t("claims.licenceNumber"), t("claims.licenceOf", { ...licence })],
        [t("claims.institution"), institution],
        [
          t("order.qualifications"),
          qualifications.length === 0 ? (
            t("order.noQualification")
          ) : (
            <ul className="plain">
              {qualifications.map((one) => (
                <li key={one.code}>
                  {t(`qualification.${one.code}`)}{" "}
                  <span className="quiet">
                    {t("order.heldUntil", { body: one.body, day: moment.on(one.valid_to) })}
                    {one.ground && ` · ${one.ground}`}
                  </span>
                </li>
              ))}
            </ul>
          ),
        ],
        [t("order.scope"), t(scope === "provisional" ? "scope.provisional" : "scope.full")],
      ]}
    />
  );
}
