import type { Turn } from "../backend/absenceTypes";
import { WEEKDAYS, type Span } from "../backend/types";
import { clock } from "../directory/useWords";
import { fromLocal, localTime } from "./times";

/** One line of a roster as it is typed: the same hours on some days. */
export interface DutyLine {
  who: string;
  days: Span["day"][];
  /** "09:00". */
  from: string;
  until: string;
}

/** Holidays and the like; times local. */
export interface HolidayLine {
  who: string;
  from: string;
  until: string;
}

export interface RosterDraft {
  usual: DutyLine[];
  special: HolidayLine[];
}

export function rosterDraft(roster: Turn[] | null): RosterDraft {
  const usual: DutyLine[] = [];
  const special: HolidayLine[] = [];
  for (const turn of roster ?? []) {
    for (const span of turn.hours) {
      const [from, until] = [clock(span.from), clock(span.until)];
      const same = usual.find(
        (one) => one.who === turn.who && one.from === from && one.until === until,
      );
      if (same) same.days.push(span.day);
      else usual.push({ who: turn.who, days: [span.day], from, until });
    }
    for (const { from, until } of turn.special)
      special.push({ who: turn.who, from: localTime(from), until: localTime(until) });
  }
  return { usual, special };
}

/** As the node wants it, in the order of the lines; null when there is none. */
export function rosterOf({ usual, special }: RosterDraft): Turn[] | null {
  const people = [...new Set([...usual, ...special].map((one) => one.who))].filter(Boolean);
  const turns = people.map((who) => ({
    who,
    hours: WEEKDAYS.flatMap((day) =>
      usual
        .filter((one) => one.who === who && one.days.includes(day))
        .map((one) => ({ day, from: minutes(one.from), until: minutes(one.until) }))
        .sort((one, other) => one.from - other.from),
    ),
    special: special
      .filter((one) => one.who === who)
      .map((one) => ({ from: fromLocal(one.from), until: fromLocal(one.until) })),
  }));
  return turns.length === 0 ? null : turns;
}

export function rosterIsSound(draft: RosterDraft): boolean {
  const whole =
    draft.usual.every((one) => one.who !== "" && one.days.length > 0) &&
    draft.special.every((one) => one.who !== "" && fromLocal(one.from) < fromLocal(one.until));
  const turns = rosterOf(draft) ?? [];
  return (
    whole &&
    turns.every((turn) =>
      turn.hours.every((span, index) => {
        const before = turn.hours[index - 1];
        const apart = before?.day !== span.day || before.until <= span.from;
        return span.from < span.until && apart;
      }),
    )
  );
}

/** Minutes from midnight; "00:00" at an end is midnight at the end of the day only when written as 24:00. */
function minutes(text: string): number {
  const [hours = NaN, rest = NaN] = text.split(":").map(Number);
  return hours * 60 + rest;
}
