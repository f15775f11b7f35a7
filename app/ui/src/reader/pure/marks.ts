import type { ImageFacts } from "./dicom";

/** Anatomical directions at the four edges of what is seen; empty where nothing says them. */
export interface Edges {
  left: string;
  right: string;
  top: string;
  bottom: string;
}

const NONE: Edges = { left: "", right: "", top: "", bottom: "" };
const OPPOSITE: Record<string, string> = { R: "L", L: "R", A: "P", P: "A", H: "F", F: "H" };
/** Below this share of a direction an axis is not worth a letter. */
const NOTABLE = 0.25;

/** The anatomical directions of a vector in patient coordinates (PS3.3 C.7.6.2.1.1), the strongest first: `RA`. */
export function lettersOf(vector: readonly number[]): string {
  const axes: [number, string, string][] = [
    [vector[0] ?? 0, "L", "R"],
    [vector[1] ?? 0, "P", "A"],
    [vector[2] ?? 0, "H", "F"],
  ];
  return axes
    .filter(([share]) => Math.abs(share) > NOTABLE)
    .sort(([a], [b]) => Math.abs(b) - Math.abs(a))
    .map(([share, positive, negative]) => (share > 0 ? positive : negative))
    .slice(0, 2)
    .join("");
}

/**
 * The letters at the edges of a frame as it is seen: `right` and `down` are the screen's directions, of length 1, in the
 * patient. A projection has no such directions; there they are along its rows and columns, whose letters it says itself.
 */
export function edgesOf(
  facts: ImageFacts,
  right: readonly number[],
  down: readonly number[],
): Edges {
  const back = (vector: readonly number[]) => vector.map((share) => -share);
  const letters = facts.orientation ? lettersOf : alongImage(facts);
  if (!letters) return NONE;
  return {
    right: letters(right),
    left: letters(back(right)),
    bottom: letters(down),
    top: letters(back(down)),
  };
}

function alongImage({ patientOrientation }: ImageFacts) {
  const [row, column] = patientOrientation;
  if (!row || !column) return null;
  const turned = (letters: string, share: number) =>
    share > 0 ? letters : letters.replace(/./g, (letter) => OPPOSITE[letter] ?? "");
  return ([x = 0, y = 0]: readonly number[]) =>
    Math.abs(x) >= Math.abs(y) ? turned(row, x) : turned(column, y);
}
