import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { SelectField } from "./SelectField";
import type { Credential } from "./types";

type Kind = Credential["kind"];

/** Whom a list is narrowed to: practitioners, nodes, or both. */
export function KindField({
  value,
  onChange,
}: {
  value: Kind | "";
  onChange: (value: Kind | "") => void;
}): ReactElement {
  const { t } = useTranslation("registry");
  return (
    <SelectField
      label={t("list.kind")}
      name="kind"
      value={value}
      none={t("list.all")}
      options={[
        ["practitioner", t("kind.practitioner")],
        ["node", t("kind.node")],
      ]}
      onChange={onChange}
    />
  );
}
