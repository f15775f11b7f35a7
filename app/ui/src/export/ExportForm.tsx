import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { exports, type Exported, type NewExport } from "../backend/exports";
import { useMediaJob } from "../backend/media";
import { Field } from "../parts/Field";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { CAPACITIES } from "../media/capacities";
import { Work } from "../media/Work";
import { ExportResult } from "./ExportResult";

/** How it is written: as a medium that other programs read, or file by file as it came. */
const KINDS = ["medium", "files"] as const;
type Kind = (typeof KINDS)[number];

/** Asks how and where to, and shows how far it is and what became of it. */
export function ExportForm({ study }: { study: string }): ReactElement {
  const { t } = useTranslation("export");
  const [kind, setKind] = useState<Kind>("medium");
  const [path, setPath] = useState("");
  const [capacity, setCapacity] = useState<string>("");
  const [tried, setTried] = useState(false);
  const start = useMutation({ mutationFn: (wanted: NewExport) => exports.start(study, wanted) });
  const work = useMediaJob<Exported>(start.data?.job ?? null);
  const busy = start.isPending || work.running;
  const medium = kind === "medium";
  return (
    <form
      className="card"
      noValidate
      aria-labelledby="export-title"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (allSaid(path))
          start.mutate({
            path: path.trim(),
            dicomdir: medium,
            ...(medium && capacity && { capacity }),
          });
      }}
    >
      <h2 id="export-title">{t("form")}</h2>
      <OneOf
        legend={t("kind.legend")}
        options={KINDS}
        chosen={kind}
        onChoose={setKind}
        words={(one) => t(`kind.${one}`)}
      />
      <Prose
        label={t("path")}
        hint={t(medium ? "pathOfMedium" : "pathOfFiles")}
        value={path}
        onChange={setPath}
        rows={1}
        required
        tried={tried}
      />
      {medium && (
        <Field label={t("capacity")}>
          {(control) => (
            <select
              {...control}
              value={capacity}
              onChange={(event) => setCapacity(event.target.value)}
            >
              {CAPACITIES.map((one) => (
                <option key={one} value={one}>
                  {one === "" ? t("whole") : one}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Work {...work} error={start.error ?? work.error} />
      {work.result && !busy && <ExportResult result={work.result} />}
      <button type="submit" className="button button-primary" disabled={busy}>
        {t("start")}
      </button>
    </form>
  );
}
