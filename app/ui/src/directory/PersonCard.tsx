import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { DirectoryEntry, ProfileView } from "../backend/types";
import { useFormat } from "../i18n/format";
import { AbsenceNote } from "../parts/AbsenceNote";
import { DutyNote } from "../parts/DutyNote";
import { href } from "../route";
import { useWords } from "./useWords";

/** Somebody of the directory: first what the registry answers for, then what she says of herself. */
export function PersonCard({
  person,
  own,
}: {
  person: DirectoryEntry;
  own: boolean;
}): ReactElement {
  const { t } = useTranslation("directory");
  const format = useFormat();
  const { profile } = person;
  return (
    <article className="card person">
      {profile?.photo ? (
        <img className="photo" src={profile.photo} alt="" loading="lazy" />
      ) : (
        <span className="photo" aria-hidden="true" />
      )}
      <div>
        <h2>
          {person.name_ja} <span className="quiet">{person.name_latin}</span>
        </h2>
        <div className="chips">
          <span className={person.online ? "badge verified" : "badge"}>
            {t(person.online ? "online" : "offline")}
          </span>
          {profile?.accepting != null && (
            <span className={profile.accepting ? "badge verified" : "badge unverified"}>
              {t(profile.accepting ? "accepting.yes" : "accepting.no")}
            </span>
          )}
        </div>
        {profile?.absence && <AbsenceNote name={format.person(person)} absence={profile.absence} />}
        {profile && <DutyNote onDuty={profile.on_duty} />}
        <dl className="facts">
          <Fact name={t("licence")} value={format.licence(person.licence)} />
          <Fact
            name={t("filter.qualification")}
            value={person.qualifications.map(format.qualification).join("・") || "—"}
          />
          <Fact name={t("institution")} value={person.institution ?? "—"} />
          {profile && <Said profile={profile} />}
        </dl>
        {person.may_read && !own && (
          <a
            className="button button-primary"
            href={href({ page: "request", study: null, reader: person.fingerprint })}
          >
            {t("request")}
          </a>
        )}
      </div>
    </article>
  );
}

function Said({ profile }: { profile: ProfileView }): ReactElement {
  const { t, i18n } = useTranslation("directory");
  const { words, week } = useWords();
  const { introduction, turnaround } = profile;
  const own = i18n.language === "en" ? introduction.english : introduction.japanese;
  return (
    <>
      <Fact name={t("filter.region")} value={words(profile.regions)} />
      <Fact name={t("filter.modality")} value={words(profile.modalities)} />
      <Fact name={t("filter.language")} value={words(profile.languages)} />
      <Fact name={t("hours")} value={week(profile.hours)} />
      <Fact
        name={t("filter.turnaround")}
        value={
          turnaround === null
            ? "—"
            : turnaround.urgent === null
              ? t("takes", { hours: turnaround.usual })
              : t("takesUrgent", { hours: turnaround.usual, urgent: turnaround.urgent })
        }
      />
      {profile.interests.length + profile.other_interests.length > 0 && (
        <Fact
          name={t("interests")}
          value={words([
            ...profile.interests,
            ...profile.other_interests.map((text) => ({ code: text, ja: text, en: text })),
          ])}
        />
      )}
      {(own ?? introduction.japanese ?? introduction.english) && (
        <Fact
          name={t("introduction")}
          value={own ?? introduction.japanese ?? introduction.english ?? ""}
        />
      )}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="prose">{value}</dd>
    </div>
  );
}
