/** Teeth as they stand in a chart: seen from the front, the patient's right on the left (ISO 3950). */

const row = (right: number, left: number, count: number): number[] => [
  ...Array.from({ length: count }, (_, at) => right * 10 + count - at),
  ...Array.from({ length: count }, (_, at) => left * 10 + at + 1),
];

export type Dentition = "permanent" | "deciduous";

/** Upper jaw, then lower jaw. */
export const CHART: Record<Dentition, readonly [number[], number[]]> = {
  permanent: [row(1, 2, 8), row(4, 3, 8)],
  deciduous: [row(5, 6, 5), row(8, 7, 5)],
};

/** Every tooth that has a number, in the order of the numbers. */
export const TEETH: readonly number[] = [...CHART.permanent, ...CHART.deciduous]
  .flat()
  .sort((one, other) => one - other);

export function isTooth(number: number): boolean {
  return TEETH.includes(number);
}

export function dentitionOf(tooth: number): Dentition {
  return tooth > 50 ? "deciduous" : "permanent";
}

export const QUADRANTS = ["upperRight", "upperLeft", "lowerLeft", "lowerRight"] as const;

/** Where a tooth stands, for the patient. */
export function quadrantOf(tooth: number): (typeof QUADRANTS)[number] {
  return QUADRANTS[(Math.floor(tooth / 10) - 1) % 4] ?? "upperRight";
}

export const PLACES = {
  permanent: [
    "centralIncisor",
    "lateralIncisor",
    "canine",
    "firstPremolar",
    "secondPremolar",
    "firstMolar",
    "secondMolar",
    "thirdMolar",
  ],
  deciduous: ["centralIncisor", "lateralIncisor", "canine", "firstMolar", "secondMolar"],
} as const;

/** Which tooth of its quadrant it is. */
export function placeOf(tooth: number): (typeof PLACES.permanent)[number] {
  return PLACES[dentitionOf(tooth)][(tooth % 10) - 1] ?? "centralIncisor";
}

/** The tooth that a key leads to from another one: along the row, or to the other jaw. */
export function nextTooth(tooth: number, key: string): number | null {
  const rows = CHART[dentitionOf(tooth)];
  const jaw = rows[0].includes(tooth) ? 0 : 1;
  const at = rows[jaw].indexOf(tooth);
  const last = rows[jaw].length - 1;
  switch (key) {
    case "ArrowLeft":
      return rows[jaw][Math.max(0, at - 1)] ?? null;
    case "ArrowRight":
      return rows[jaw][Math.min(last, at + 1)] ?? null;
    case "ArrowUp":
      return rows[0][at] ?? null;
    case "ArrowDown":
      return rows[1][at] ?? null;
    case "Home":
      return rows[jaw][0] ?? null;
    case "End":
      return rows[jaw][last] ?? null;
    default:
      return null;
  }
}

/** The teeth that a text names by their numbers. */
export function teethIn(text: string): number[] {
  const found = [...text.matchAll(/(?<![\d.])\d{2}(?![\d.])/g)].map(([number]) => Number(number));
  return [...new Set(found)].filter(isTooth);
}

/** The text with a tooth named, or without it when it was. */
export function toggleTooth(text: string, tooth: number): string {
  if (!teethIn(text).includes(tooth)) return text.trim() === "" ? `${tooth}` : `${text}, ${tooth}`;
  const number = new RegExp(`\\s*(?<![\\d.])${tooth}(?![\\d.])\\s*[,、，]?\\s*`, "g");
  return text
    .replace(number, " ")
    .trim()
    .replace(/[,、，]\s*$/, "");
}
