import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "../Facts";
import { useMoment } from "../useMoment";
import type { NodeClaims, PractitionerClaims } from "./types";

/** What the applicant says of herself, or of her computer. */
export function ClaimFacts({ claims }: { claims: PractitionerClaims | NodeClaims }): ReactElement {
  const { t } = useTranslation("applications");
  const moment = useMoment();
  if (claims.kind === "node") {
    return (
      <Facts
        rows={[
          [t("claims.institution"), claims.institution],
          [t("claims.institutionCode"), claims.institution_code],
          [t("claims.device"), t(`device.${claims.device_class}`)],
          [t("claims.owner"), t(`owner.${claims.owner}`)],
        ]}
      />
    );
  }
  const { name, licence, institution } = claims;
  return (
    <Facts
      rows={[
        [t("claims.nameJa"), name.japanese],
        [t("claims.nameLatin"), name.latin],
        [t("claims.licence"), t(`licence.${licence.kind}`)],
        [t("claims.licenceNumber"), <strong>{t("claims.licenceOf", { ...licence })}</strong>],
        [
          t("claims.registeredOn"),
          licence.registered_on === null ? null : moment.calendarDay(licence.registered_on),
        ],
        [t("claims.institution"), institution],
      ]}
    />
  );
}
