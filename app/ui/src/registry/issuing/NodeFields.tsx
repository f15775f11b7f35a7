import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { SelectField } from "../SelectField";
import { TextField, type Typing } from "./TextField";

const DEVICES = ["fixed", "portable", "virtual-desktop"] as const;
const OWNERS = ["institution", "private"] as const;

/** What a node's certificate says. */
export function NodeFields(typing: Typing): ReactElement {
  const { t } = useTranslation("applications");
  const { draft, set } = typing;
  return (
    <>
      <TextField typing={typing} name="institution" label={t("claims.institution")} required />
      <TextField
        typing={typing}
        name="institutionCode"
        label={t("claims.institutionCode")}
        required
      />
      <SelectField
        label={t("claims.device")}
        name="device"
        value={draft.device}
        options={DEVICES.map((one) => [one, t(`device.${one}`)] as const)}
        onChange={(device) => device && set({ device })}
      />
      <SelectField
        label={t("claims.owner")}
        name="owner"
        value={draft.owner}
        options={OWNERS.map((one) => [one, t(`owner.${one}`)] as const)}
        onChange={(owner) => owner && set({ owner })}
      />
    </>
  );
}
