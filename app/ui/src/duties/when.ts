/** RFC 3339 in whole seconds, as the case log records times, of what an input for local time gives; null when it gives none. */
export function instant(local: string): string | null {
  const at = new Date(local);
  if (local === "" || Number.isNaN(at.getTime())) return null;
  return at.toISOString().replace(/\.\d+Z$/, "Z");
}

/** The end of a day of the local calendar. */
export function endOfDay(day: string): string | null {
  return instant(day === "" ? "" : `${day}T23:59`);
}
