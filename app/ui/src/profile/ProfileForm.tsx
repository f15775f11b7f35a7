import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { keys, useChange } from "../backend/queries";
import { WEEKDAYS, type About, type OwnProfile } from "../backend/types";
import { INTERESTS, LANGUAGES, MODALITIES, REGIONS, type Word } from "../directory/words";
import { Field } from "../parts/Field";
import { ProblemNote } from "../parts/ProblemNote";
import { AbsenceFields } from "./AbsenceFields";
import { Choices } from "./Choices";
import { aboutOf, draftOf, faultsOf, type Draft, type Lists } from "./draft";
import { RosterFields } from "./RosterFields";
import { PhotoField, type Photo } from "./PhotoField";

const LISTS: [
  Lists,
  "filter.region" | "filter.modality" | "interests" | "filter.language",
  readonly Word[],
][] = [
  ["regions", "filter.region", REGIONS],
  ["modalities", "filter.modality", MODALITIES],
  ["interests", "interests", INTERESTS],
  ["languages", "filter.language", LANGUAGES],
];

export function ProfileForm({ own }: { own: OwnProfile }): ReactElement {
  const { t } = useTranslation("directory");
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(own.about));
  const [photo, setPhoto] = useState<Photo | null>(own.photo);
  const [photoFault, setPhotoFault] = useState<"photoKind" | "photoLarge" | null>(null);
  const [tried, setTried] = useState(false);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const save = useChange(
    (profile: { about: About; photo?: string | null }) =>
      backend.setProfile(profile).then((now) => client.setQueryData(keys.profile, now)),
    [keys.directory],
  );
  const faults = tried ? faultsOf(draft) : new Set();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (faultsOf(draft).size > 0 || photoFault) return;
    // A photo that did not change is not sent again.
    const changed = photo === own.photo ? {} : { photo: photo?.base64 ?? null };
    save.mutate({ about: aboutOf(draft), ...changed });
  };
  const text = (
    name: "kana" | "otherInterests" | "phone" | "japanese" | "english",
    max: number,
  ) => (
    <Field label={t(`profile.${name}`)}>
      {(control) => {
        const bound = {
          ...control,
          name,
          maxLength: max,
          value: draft[name],
          onChange: (event: { target: { value: string } }) =>
            change({ [name]: event.target.value }),
        };
        return max > 600 ? <textarea {...bound} rows={4} /> : <input {...bound} />;
      }}
    </Field>
  );
  const turnaround = faults.has("turnaround") ? t("profile.turnaroundHint") : undefined;

  return (
    <form className="card" noValidate onSubmit={submit}>
      <Availability draft={draft} change={change} />
      <AbsenceFields
        absences={draft.absences}
        wrong={faults.has("absences")}
        onChange={(absences) => change({ absences })}
      />
      <RosterFields
        roster={draft.roster}
        wrong={faults.has("roster")}
        onChange={(roster) => change({ roster })}
      />
      <PhotoField photo={photo} fault={photoFault} onChoose={setPhoto} onFault={setPhotoFault} />
      {text("kana", 64)}
      <div className="pair">
        {(["usual", "urgent"] as const).map((name) => (
          <Field
            key={name}
            label={t(`profile.${name}`)}
            hint={t("profile.turnaroundHint")}
            error={turnaround}
          >
            {(control) => (
              <input
                {...control}
                inputMode="numeric"
                name={name}
                value={draft[name]}
                onChange={(event) => change({ [name]: event.target.value.trim() })}
              />
            )}
          </Field>
        ))}
      </div>
      {LISTS.map(([name, label, words]) => (
        <Choices
          key={name}
          legend={t(label)}
          words={words}
          chosen={draft[name]}
          onChoose={(codes) => change({ [name]: codes })}
        />
      ))}
      {text("otherInterests", 500)}
      <fieldset className="week">
        <legend>{t("hours")}</legend>
        <p className="field-note">{t("profile.hoursHint")}</p>
        {WEEKDAYS.map((day) => (
          <Field
            key={day}
            label={t(`day.${day}`)}
            error={faults.has(day) ? t("profile.hoursWrong") : undefined}
          >
            {(control) => (
              <input
                {...control}
                name={day}
                value={draft.hours[day]}
                onChange={(event) =>
                  change({ hours: { ...draft.hours, [day]: event.target.value } })
                }
              />
            )}
          </Field>
        ))}
      </fieldset>
      {text("phone", 24)}
      {text("japanese", 1000)}
      {text("english", 2000)}
      {faults.size > 0 && (
        <p className="note note-problem" role="alert">
          {t("profile.wrong")}
        </p>
      )}
      {save.isError && <ProblemNote error={save.error} />}
      {own.seq > 0 && !save.isPending && save.isSuccess && (
        <p role="status">{t("profile.saved")}</p>
      )}
      <button type="submit" className="button button-primary" disabled={save.isPending}>
        {t("profile.save")}
      </button>
    </form>
  );
}

function Availability({
  draft,
  change,
}: {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}): ReactElement {
  const { t } = useTranslation("directory");
  return (
    <div className="pair">
      <Field label={t("filter.accepting")}>
        {(control) => (
          <select
            {...control}
            name="accepting"
            value={draft.accepting}
            onChange={(event) => change({ accepting: event.target.value as Draft["accepting"] })}
          >
            <option value="">{t("profile.noAnswer")}</option>
            <option value="true">{t("accepting.yes")}</option>
            <option value="false">{t("accepting.no")}</option>
          </select>
        )}
      </Field>
      <Field label={t("profile.until")}>
        {(control) => (
          <input
            {...control}
            type="datetime-local"
            name="until"
            disabled={draft.accepting === ""}
            value={draft.until}
            onChange={(event) => change({ until: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
