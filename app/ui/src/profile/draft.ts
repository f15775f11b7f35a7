import { WEEKDAYS, type About, type Span } from "../backend/types";
import { clock } from "../directory/useWords";
import { absenceDrafts, absencesAreSound, absencesOf, type AbsenceDraft } from "./absences";
import { rosterDraft, rosterIsSound, rosterOf, type RosterDraft } from "./roster";
import { fromLocal, localTime } from "./times";

/** The texts of a profile as they are typed; lists are kept as lists of codes. */
export interface Draft {
  kana: string;
  regions: string[];
  modalities: string[];
  interests: string[];
  languages: string[];
  otherInterests: string;
  /** One text a day: `09:00-12:00 13:00-17:00`. */
  hours: Record<Span["day"], string>;
  usual: string;
  urgent: string;
  accepting: "" | "true" | "false";
  /** Local time, as `<input type="datetime-local">` gives it. */
  until: string;
  phone: string;
  japanese: string;
  english: string;
  absences: AbsenceDraft[];
  roster: RosterDraft;
}

export type Lists = "regions" | "modalities" | "interests" | "languages";

export function draftOf(about: About): Draft {
  const day = (name: Span["day"]) =>
    about.hours
      .filter((span) => span.day === name)
      .map((span) => `${clock(span.from)}-${clock(span.until)}`)
      .join(" ");
  const { availability } = about;
  return {
    kana: about.kana ?? "",
    regions: about.regions,
    modalities: about.modalities,
    interests: about.interests,
    languages: about.languages,
    otherInterests: about.other_interests.join("、"),
    hours: Object.fromEntries(WEEKDAYS.map((name) => [name, day(name)])) as Draft["hours"],
    usual: String(about.turnaround?.usual ?? ""),
    urgent: String(about.turnaround?.urgent ?? ""),
    accepting: availability ? (availability.accepting ? "true" : "false") : "",
    until: availability?.until ? localTime(availability.until) : "",
    phone: about.urgent_phone ?? "",
    japanese: about.introduction.japanese ?? "",
    english: about.introduction.english ?? "",
    absences: absenceDrafts(about.absences),
    roster: rosterDraft(about.roster),
  };
}

/** The hours of a day, or null when they are not written as hours. */
export function spansOf(day: Span["day"], text: string): Span[] | null {
  const spans: Span[] = [];
  for (const part of text
    .trim()
    .split(/[\s、,]+/)
    .filter(Boolean)) {
    const found = /^(\d{1,2}):(\d{2})[-–〜](\d{1,2}):(\d{2})$/.exec(part);
    if (!found) return null;
    const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = found.slice(1).map(Number);
    const [from, until] = [h1 * 60 + m1, h2 * 60 + m2];
    const after = spans.at(-1)?.until ?? 0;
    if (m1 > 59 || m2 > 59 || from < after || from >= until || until > 24 * 60) return null;
    spans.push({ day, from, until });
  }
  return spans;
}

export type Fault = Span["day"] | "turnaround" | "absences" | "roster";

/** Fields that are not acceptable as they are. */
export function faultsOf(draft: Draft): Set<Fault> {
  const wrong = new Set<Fault>();
  for (const day of WEEKDAYS) if (!spansOf(day, draft.hours[day])) wrong.add(day);
  const hours = (text: string) => (/^\d+$/.test(text) ? Number(text) : NaN);
  const usual = hours(draft.usual);
  const urgent = draft.urgent === "" ? usual : hours(draft.urgent);
  const sound = urgent >= 1 && urgent <= usual && usual <= 2160;
  if ((draft.usual !== "" || draft.urgent !== "") && !sound) wrong.add("turnaround");
  if (!absencesAreSound(draft.absences)) wrong.add("absences");
  if (!rosterIsSound(draft.roster)) wrong.add("roster");
  return wrong;
}

/** The profile as the node wants it; only for a draft without faults. */
export function aboutOf(draft: Draft): About {
  const given = (text: string) => text.trim() || null;
  return {
    kana: given(draft.kana),
    regions: draft.regions,
    modalities: draft.modalities,
    interests: draft.interests,
    other_interests: [
      ...new Set(draft.otherInterests.split(/[、,，]/).map((one) => one.trim())),
    ].filter(Boolean),
    languages: draft.languages,
    hours: WEEKDAYS.flatMap((day) => spansOf(day, draft.hours[day]) ?? []),
    turnaround:
      draft.usual === ""
        ? null
        : { usual: Number(draft.usual), urgent: draft.urgent === "" ? null : Number(draft.urgent) },
    availability:
      draft.accepting === ""
        ? null
        : {
            accepting: draft.accepting === "true",
            until: draft.until === "" ? null : fromLocal(draft.until),
          },
    urgent_phone: given(draft.phone),
    introduction: { japanese: given(draft.japanese), english: given(draft.english) },
    absences: absencesOf(draft.absences),
    roster: rosterOf(draft.roster),
  };
}
