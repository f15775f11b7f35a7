/** Seconds since 1970 as `<input type="datetime-local">` wants them. */
export function localTime(seconds: number): string {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** And back; NaN when nothing is typed. */
export function fromLocal(text: string): number {
  return Math.floor(new Date(text).getTime() / 1000);
}
