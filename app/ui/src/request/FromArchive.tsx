import { useMutation } from "@tanstack/react-query";
import { useState, type KeyboardEvent, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { archives, useArchives, type StudyQuestion } from "../backend/archives";
import { Field } from "../parts/Field";
import { ProblemNote } from "../parts/ProblemNote";
import { daysOf } from "./days";
import { FetchProgress } from "./FetchProgress";
import { FoundStudies } from "./FoundStudies";

const MODALITIES = ["CT", "DX", "IO", "PX", "CR", "MR", "XC"] as const;

/** Studies come from the archive of the house, where one is set up from which may be fetched. */
export function FromArchive({ onUse }: { onUse: (study: string) => void }): ReactElement | null {
  const { t } = useTranslation("archives");
  const all = useArchives();
  const sources = (all.data ?? []).filter((archive) => archive.fetch);
  if (sources.length === 0) return null;
  return (
    <details className="card" data-from-archive>
      <summary>
        <strong>{t("from.title")}</strong>
      </summary>
      <Search sources={sources.map((one) => one.aet)} onUse={onUse} />
    </details>
  );
}

function Search({
  sources,
  onUse,
}: {
  sources: string[];
  onUse: (study: string) => void;
}): ReactElement {
  const { t } = useTranslation("archives");
  const [chosen, setChosen] = useState(sources[0] ?? "");
  const [name, setName] = useState("");
  const [id, setId] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [modality, setModality] = useState("");
  const [job, setJob] = useState<{ id: string; study: string } | null>(null);
  const [ended, setEnded] = useState<string | null>(null);
  const find = useMutation({
    mutationFn: (question: StudyQuestion) => archives.find(chosen, question),
  });
  const fetch = useMutation({
    mutationFn: (study: string) => archives.fetch(chosen, study),
    onSuccess: ({ job: started }, study) => setJob({ id: started, study }),
  });
  const backwards = from !== "" && to !== "" && from > to;
  const nothing = [name, id, from, to, modality].every((one) => one.trim() === "");
  const search = () => {
    if (nothing || backwards || find.isPending) return;
    setJob(null);
    fetch.reset();
    find.mutate({
      patient_name: name,
      patient_id: id,
      accession_number: "",
      study_date: daysOf(from, to),
      modality,
    });
  };
  const onEnter = (event: KeyboardEvent) => {
    // While kanji are being chosen, Enter chooses them.
    if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      search();
    }
  };
  return (
    <div className="archive-search" role="search" aria-label={t("from.title")}>
      {sources.length > 1 && (
        <Field label={t("from.archive")}>
          {(control) => (
            <select
              {...control}
              name="archive"
              value={chosen}
              onChange={(event) => {
                setChosen(event.target.value);
                find.reset();
              }}
            >
              {sources.map((aet) => (
                <option key={aet}>{aet}</option>
              ))}
            </select>
          )}
        </Field>
      )}
      <div className="pair">
        <Field label={t("from.name")} hint={t("from.nameHint")}>
          {(control) => (
            <input
              {...control}
              name="archiveName"
              type="search"
              maxLength={64}
              value={name}
              onKeyDown={onEnter}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("from.id")}>
          {(control) => (
            <input
              {...control}
              name="archiveId"
              type="search"
              maxLength={64}
              value={id}
              onKeyDown={onEnter}
              onChange={(event) => setId(event.target.value)}
            />
          )}
        </Field>
      </div>
      <div className="pair">
        <Field label={t("from.from")} error={backwards ? t("from.oneDay") : undefined}>
          {(control) => (
            <input
              {...control}
              name="archiveFrom"
              type="date"
              value={from}
              onChange={(event) => setFrom(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("from.to")}>
          {(control) => (
            <input
              {...control}
              name="archiveTo"
              type="date"
              value={to}
              onChange={(event) => setTo(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Field label={t("from.modality")}>
        {(control) => (
          <select
            {...control}
            name="archiveModality"
            value={modality}
            onChange={(event) => setModality(event.target.value)}
          >
            <option value="">{t("from.any")}</option>
            {MODALITIES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Field>
      <button
        type="button"
        className="button"
        disabled={nothing || backwards || find.isPending}
        onClick={search}
      >
        {t(find.isPending ? "from.searching" : "from.search")}
      </button>
      {find.isError && <ProblemNote error={find.error} />}
      {fetch.isError && <ProblemNote error={fetch.error} />}
      {job && (
        <FetchProgress
          key={job.id}
          job={job.id}
          onEnded={() => setEnded(job.id)}
          onUse={() => onUse(job.study)}
        />
      )}
      {find.data && (
        <FoundStudies
          found={find.data}
          busy={fetch.isPending || (job !== null && job.id !== ended)}
          onFetch={(study) => {
            setJob(null);
            fetch.mutate(study);
          }}
          onUse={onUse}
        />
      )}
    </div>
  );
}
