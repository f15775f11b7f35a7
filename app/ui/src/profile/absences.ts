import type { Absence } from "../backend/absenceTypes";
import { fromLocal, localTime } from "./times";

/** An absence as it is typed; times local, as `<input type="datetime-local">` gives them. */
export interface AbsenceDraft {
  from: string;
  until: string;
  deputies: string[];
}

const LONGEST = 400 * 86_400;

export function absenceDrafts(absences: Absence[] | null | undefined): AbsenceDraft[] {
  return (absences ?? []).map((one) => ({
    from: localTime(one.from),
    until: localTime(one.until),
    deputies: one.deputies,
  }));
}

/** In their order; null when there is none, as the node wants it. */
export function absencesOf(drafts: AbsenceDraft[]): Absence[] | null {
  const all = drafts.map((one) => ({
    from: fromLocal(one.from),
    until: fromLocal(one.until),
    deputies: one.deputies,
  }));
  return all.length === 0 ? null : all.sort((one, other) => one.from - other.from);
}

export function absencesAreSound(drafts: AbsenceDraft[]): boolean {
  const all = absencesOf(drafts) ?? [];
  return all.every((one, index) => {
    const before = all[index - 1];
    const sound = one.from < one.until && one.until - one.from <= LONGEST;
    return sound && (before === undefined || before.until <= one.from);
  });
}
