import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { media, useMediaJob, type NewMedium, type Written } from "../backend/media";
import { useCases } from "../backend/queries";
import { useFormat } from "../i18n/format";
import { Field } from "../parts/Field";
import { allSaid, Prose } from "../parts/Prose";
import { CAPACITIES } from "./capacities";
import { Work } from "./Work";

/** Writes a case, with its images while they have not been received, and reads it back. */
export function WriteForm({ caseId }: { caseId: string | null }): ReactElement {
  const { t } = useTranslation("media");
  const format = useFormat();
  const cases = useCases().data ?? [];
  const [chosen, setChosen] = useState(caseId ?? "");
  const [path, setPath] = useState("");
  const [capacity, setCapacity] = useState<string>("");
  const [tried, setTried] = useState(false);
  const start = useMutation({ mutationFn: (wanted: NewMedium) => media.write(wanted) });
  const work = useMediaJob<Written>(start.data?.job ?? null);
  const busy = start.isPending || work.running;
  return (
    <form
      className="card"
      noValidate
      aria-labelledby="write-title"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (allSaid(chosen, path))
          start.mutate({ case_id: chosen, path: path.trim(), ...(capacity && { capacity }) });
      }}
    >
      <h2 id="write-title">{t("write.title")}</h2>
      <Field
        label={t("write.case")}
        required
        error={tried && chosen === "" ? t("required") : undefined}
      >
        {(control) => (
          <select
            {...control}
            name="case"
            value={chosen}
            onChange={(event) => setChosen(event.target.value)}
          >
            <option value="">—</option>
            {cases.map((one) => (
              <option key={one.case_id} value={one.case_id}>
                {one.patient_name} · {one.with ? format.person(one.with) : one.requester.name} ·{" "}
                {format.dateTime(one.requested_at)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Prose
        label={t("write.path")}
        hint={t("write.pathHint")}
        value={path}
        onChange={setPath}
        rows={1}
        required
        tried={tried}
      />
      <Field label={t("write.capacity")}>
        {(control) => (
          <select
            {...control}
            name="capacity"
            value={capacity}
            onChange={(event) => setCapacity(event.target.value)}
          >
            {CAPACITIES.map((one) => (
              <option key={one} value={one}>
                {one === "" ? t("write.whole") : one}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Work {...work} error={start.error ?? work.error} />
      {work.result && !busy && (
        <div className="note note-ok" role="status">
          <p>
            {t(work.result.study ? "write.doneWithStudy" : "write.done", {
              name: format.person(work.result.for),
              institution: work.result.for.institution ?? "—",
            })}
          </p>
          <ul>
            {work.result.media.map((one) => (
              <li key={one} className="address">
                {one}
              </li>
            ))}
          </ul>
        </div>
      )}
      <button type="submit" className="button button-primary" disabled={busy}>
        {t("write.start")}
      </button>
    </form>
  );
}
