/** How long a certificate holds when nothing else is said, days. */
export const YEAR = "365";
/** What the registry refuses to go beyond, days. */
export const MOST_DAYS = 366;

/** Whether it is a number of days that the registry takes. */
export function areDays(typed: string, most = MOST_DAYS): boolean {
  const days = Number(typed);
  return Number.isInteger(days) && days >= 1 && days <= most;
}
