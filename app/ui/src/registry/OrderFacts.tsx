import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "./Facts";
import type { Order } from "./types";

/** What a certificate that is ordered will say, in short. */
export function OrderFacts({ order }: { order: Order }): ReactElement {
  const { t } = useTranslation("applications");
  const name = useQualificationName();
  const days = [t("order.days"), t("order.daysCount", { count: order.days ?? 365 })] as [
    string,
    string,
  ];
  if (order.kind === "node") {
    return (
      <Facts
        rows={[
          [t("claims.institution"), order.institution],
          [t("claims.institutionCode"), order.institution_code],
          [t("claims.device"), t(`device.${order.device_class}`)],
          [t("claims.owner"), t(`owner.${order.owner}`)],
          days,
        ]}
      />
    );
  }
  return (
    <Facts
      rows={[
        [t("claims.nameJa"), `${order.name_ja} (${order.name_latin})`],
        [
          t("claims.licence"),
          `${t(`licence.${order.licence_type}`)} ${order.jurisdiction} ${order.licence_number}`,
        ],
        [
          t("order.qualifications"),
          order.qualifications.length === 0
            ? t("order.noQualification")
            : order.qualifications.map(name).join("、"),
        ],
        [t("order.scope"), t(order.provisional ? "scope.provisional" : "scope.full")],
        days,
      ]}
    />
  );
}

/** `CODE` or `CODE=GROUND`, as the registry takes it, in words. */
function useQualificationName() {
  const { t } = useTranslation("applications");
  return (word: string) => {
    const [code = "", ...ground] = word.split("=");
    const known =
      code === "oral-radiology" || code === "diagnostic-radiology" || code === "equivalent";
    const name = known ? t(`qualification.${code}`) : code;
    return ground.length > 0 ? `${name} (${ground.join("=")})` : name;
  };
}
