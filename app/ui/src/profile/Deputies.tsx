import { useDeferredValue, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory, usePerson } from "../backend/queries";
import { useFormat } from "../i18n/format";
import { Field } from "../parts/Field";

const MOST = 4;

/** Who stands in, out of those of the directory who may read. */
export function Deputies({
  chosen,
  onChoose,
}: {
  chosen: string[];
  onChoose: (fingerprints: string[]) => void;
}): ReactElement {
  const { t } = useTranslation("absence");
  const format = useFormat();
  const [looked, setLooked] = useState("");
  const found = useDirectory({ q: useDeferredValue(looked), readers: "true" }).data ?? [];
  const offered = found.filter((one) => one.may_read && !chosen.includes(one.fingerprint));
  return (
    <>
      <p>{t("deputies")}</p>
      <ol>
        {chosen.map((fingerprint) => (
          <Chosen
            key={fingerprint}
            fingerprint={fingerprint}
            onDrop={() => onChoose(chosen.filter((one) => one !== fingerprint))}
          />
        ))}
      </ol>
      {chosen.length < MOST && (
        <div className="pair">
          <Field label={t("look")}>
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
          <Field label={t("pick")}>
            {(control) => (
              <select
                {...control}
                value=""
                onChange={(event) => onChoose([...chosen, event.target.value])}
              >
                <option value="">—</option>
                {offered.map((one) => (
                  <option key={one.fingerprint} value={one.fingerprint}>
                    {format.person(one)} · {one.institution}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      )}
    </>
  );
}

function Chosen({
  fingerprint,
  onDrop,
}: {
  fingerprint: string;
  onDrop: () => void;
}): ReactElement {
  const { t } = useTranslation("absence");
  const format = useFormat();
  const person = usePerson(fingerprint).data;
  const name = person ? format.person(person) : fingerprint.slice(0, 8);
  return (
    <li>
      {name} <span className="quiet">{person?.institution}</span>{" "}
      <button
        type="button"
        className="button button-quiet"
        aria-label={t("drop", { name })}
        onClick={onDrop}
      >
        ×
      </button>
    </li>
  );
}
