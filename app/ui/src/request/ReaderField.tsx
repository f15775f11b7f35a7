import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { DirectoryEntry } from "../backend/types";
import { useFormat } from "../i18n/format";
import { Field } from "../parts/Field";

/** Looks for a reader in the directory and picks one of those found. */
export function ReaderField({
  chosen,
  offered,
  looked,
  onLook,
  onPick,
  error,
}: {
  chosen: string;
  offered: DirectoryEntry[];
  looked: string;
  onLook: (text: string) => void;
  onPick: (fingerprint: string) => void;
  error: string | undefined;
}): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <Field label={t("request.look")} hint={t("request.lookHint")}>
        {(control) => (
          <input
            {...control}
            type="search"
            name="look"
            maxLength={200}
            value={looked}
            onChange={(event) => onLook(event.target.value)}
          />
        )}
      </Field>
      <Field
        label={t("request.reader")}
        required
        hint={t(offered.length === 0 ? "request.noReaders" : "request.readersOnly")}
        error={error}
      >
        {(control) => (
          <select
            {...control}
            name="reader"
            value={chosen}
            onChange={(event) => onPick(event.target.value)}
          >
            <option value="">—</option>
            {offered.map((one) => (
              <option key={one.fingerprint} value={one.fingerprint}>
                {format.person(one)} · {one.institution} ·{" "}
                {t(one.online ? "request.online" : "request.offline")}
              </option>
            ))}
          </select>
        )}
      </Field>
    </>
  );
}
