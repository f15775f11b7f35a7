import { useDeferredValue, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory, usePerson } from "../backend/queries";
import { useFormat } from "../i18n/format";
import { Field } from "../parts/Field";

/** Somebody of the directory who may read. */
export function PersonPick({
  chosen,
  onPick,
}: {
  chosen: string;
  onPick: (fingerprint: string) => void;
}): ReactElement {
  const { t } = useTranslation("absence");
  const format = useFormat();
  const [looked, setLooked] = useState("");
  const found = useDirectory({ q: useDeferredValue(looked), readers: "true" }).data ?? [];
  const picked = usePerson(chosen === "" ? null : chosen).data;
  const readers = found.filter((one) => one.may_read && one.fingerprint !== chosen);
  return (
    <div className="pair">
      <Field label={t("roster.look")}>
        {(control) => (
          <input
            {...control}
            type="search"
            maxLength={200}
            value={looked}
            onChange={(event) => setLooked(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("roster.who")} required>
        {(control) => (
          <select {...control} value={chosen} onChange={(event) => onPick(event.target.value)}>
            <option value="">—</option>
            {chosen !== "" && (
              <option value={chosen}>{picked ? format.person(picked) : chosen.slice(0, 8)}</option>
            )}
            {readers.map((one) => (
              <option key={one.fingerprint} value={one.fingerprint}>
                {format.person(one)} · {one.institution}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}
