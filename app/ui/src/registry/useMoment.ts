import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/format";
import { useNow } from "./useNow";

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** Writes the registry's times (seconds since 1970) for people. */
export function useMoment() {
  const format = useFormat();
  const { i18n } = useTranslation();
  const now = useNow();
  const locale = i18n.language === "en" ? "en-GB" : "ja-JP";
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  return {
    /** Date and time. */
    at: (seconds: number) => format.dateTime(new Date(seconds * 1000).toISOString()),
    /** The day. */
    on: (seconds: number) =>
      new Date(seconds * 1000).toLocaleDateString(locale, { dateStyle: "medium" }),
    /** A day of the calendar, which is stated in UTC and the same everywhere; it may lie before 1970. */
    calendarDay: (seconds: number) =>
      new Date(seconds * 1000).toLocaleDateString(locale, { dateStyle: "medium", timeZone: "UTC" }),
    /** The day that so many days from now is. */
    inDays: (days: number) =>
      new Date((now + days * 86_400) * 1000).toLocaleDateString(locale, { dateStyle: "medium" }),
    /** How long ago, for example 3 days ago. */
    ago: (seconds: number) => agoOf(now - seconds, words),
    /** The same, of an age in seconds. */
    agoOf: (age: number) => agoOf(age, words),
  };
}

function agoOf(age: number, words: Intl.RelativeTimeFormat): string {
  const past = Math.max(0, age);
  const [unit, length] = UNITS.find(([, size]) => past >= size) ?? (["minute", 60] as const);
  return words.format(-Math.floor(past / length), unit);
}
