import { useTranslation } from "react-i18next";
import type { Counterpart, Licence, PatientName, Qualification } from "../backend/types";

/** How dates, sizes and names are written in the language chosen. */
export function useFormat() {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const locale = english ? "en-GB" : "ja-JP";
  return {
    dateTime: (rfc3339: string) => dateTime(rfc3339, locale),
    time: (rfc3339: string) => time(rfc3339, locale),
    date: (value: string) => date(value, locale),
    fullDate: (value: string) => fullDate(value, english),
    fullDateTime: (rfc3339: string) => fullDateTime(rfc3339, english),
    bytes: (count: number) => bytes(count, locale),
    person: (person: Pick<Counterpart, "name_ja" | "name_latin">) =>
      (english ? person.name_latin : person.name_ja) || person.name_latin || person.name_ja,
    patient: (name: PatientName) => patientName(name, english),
    qualification: (q: Qualification) => (english ? q.label_en : q.label_ja),
    licence: ({ kind, number, jurisdiction }: Licence) =>
      t("request.licence", { kind: t(`request.${kind}`), number, jurisdiction }),
    summary: (entry: { summary_ja: string; summary_en: string }) =>
      english ? entry.summary_en : entry.summary_ja,
  };
}

function dateTime(rfc3339: string, locale: string): string {
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return rfc3339;
  return at.toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}

/** A day and its year in the Japanese era, as forms are filled in: 2026年11月30日（令和8年）. In English the day alone. */
function fullDate(value: string, english: boolean): string {
  const at = dayOf(value);
  if (!at) return value;
  const day = at.toLocaleDateString(english ? "en-GB" : "ja-JP", { dateStyle: "long" });
  return english ? day : `${day}（${eraYear(at)}）`;
}

/** A time and its year in the Japanese era; in English the time alone. */
function fullDateTime(rfc3339: string, english: boolean): string {
  const at = new Date(rfc3339);
  const time = dateTime(rfc3339, english ? "en-GB" : "ja-JP");
  return english || Number.isNaN(at.getTime()) ? time : `${time}（${eraYear(at)}）`;
}

function eraYear(at: Date): string {
  return at.toLocaleDateString("ja-JP-u-ca-japanese", { era: "long", year: "numeric" });
}

/** The day in the Japanese era, as it stands on a licence: 平成16年4月20日. Of a time its day; of anything else nothing. */
export function era(day: string): string {
  const at = dayOf(day.slice(0, 10));
  return at?.toLocaleDateString("ja-JP-u-ca-japanese", { dateStyle: "long" }) ?? "";
}

/** A time of the same day, to the second. */
function time(rfc3339: string, locale: string): string {
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return rfc3339;
  return at.toLocaleTimeString(locale, { timeStyle: "medium" });
}

/** A date as the node or DICOM (DA, `YYYYMMDD`) writes it. */
export function date(value: string, locale: string): string {
  return dayOf(value)?.toLocaleDateString(locale, { dateStyle: "medium" }) ?? value;
}

function dayOf(value: string): Date | null {
  const parts = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(value);
  return parts && new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
}

export function bytes(count: number, locale: string): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = count < 1000 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), units.length - 1);
  const value = count / 1000 ** power;
  const digits = power > 0 && value < 100 ? 1 : 0;
  return `${value.toLocaleString(locale, { maximumFractionDigits: digits })} ${units[power] ?? "B"}`;
}

/** The group of a person name (PN) that fits the language; `^` separates its components. */
export function patientName(name: PatientName, english: boolean): string {
  const groups = english
    ? [name.alphabetic, name.ideographic, name.phonetic]
    : [name.ideographic, name.alphabetic, name.phonetic];
  const group = groups.find((value) => value !== "") ?? "";
  return group.split("^").filter(Boolean).join(" ");
}
