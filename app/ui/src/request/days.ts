/** Days as DICOM matches them (PS3.4 C.2.2.2.5), from those of two date fields (`2026-01-31`), either of which may be empty. */
export function daysOf(from: string, to: string): string {
  const [first, last] = [from, to].map((day) => day.replaceAll("-", ""));
  if (!first && !last) return "";
  return first === last ? (first ?? "") : `${first ?? ""}-${last ?? ""}`;
}
