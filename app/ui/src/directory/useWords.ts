import { useTranslation } from "react-i18next";
import { WEEKDAYS, type Named, type Span } from "../backend/types";

/** Writes the words of a profile in the language chosen. */
export function useWords() {
  const { t, i18n } = useTranslation("directory");
  const word = (one: Named) => (i18n.language === "en" ? one.en : one.ja);
  return {
    word,
    words: (all: Named[]) => all.map(word).join("・") || "—",
    week: (hours: Span[]) =>
      WEEKDAYS.flatMap((day) => {
        const spans = hours.filter((span) => span.day === day);
        if (spans.length === 0) return [];
        const times = spans.map((span) => `${clock(span.from)}–${clock(span.until)}`);
        return [`${t(`day.${day}`)} ${times.join(" ")}`];
      }).join("、") || "—",
  };
}

/** Minutes from midnight as a clock shows them. */
export function clock(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
