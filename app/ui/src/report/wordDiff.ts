/** What was left out, what was put in, and what stayed, word by word. */
export interface Piece {
  kind: "same" | "out" | "in";
  text: string;
}

/** The most words that are compared one by one; longer texts are told as replaced, which is true if coarse. */
const MOST = 3_000;

/** Compares two texts by words; Japanese has no spaces between them, so the browser finds where they end. */
export function wordDiff(before: string, after: string): Piece[] {
  const [old, fresh] = [words(before), words(after)];
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < fresh.length - start &&
    old[old.length - 1 - end] === fresh[fresh.length - 1 - end]
  )
    end += 1;
  const middle = between(
    old.slice(start, old.length - end),
    fresh.slice(start, fresh.length - end),
  );
  return joined([
    ...old.slice(0, start).map((text): Piece => ({ kind: "same", text })),
    ...middle,
    ...old.slice(old.length - end).map((text): Piece => ({ kind: "same", text })),
  ]);
}

function words(text: string): string[] {
  const segments = new Intl.Segmenter("ja", { granularity: "word" }).segment(text);
  return Array.from(segments, ({ segment }) => segment);
}

/** The longest common subsequence of words decides. */
function between(old: string[], fresh: string[]): Piece[] {
  const replaced = (): Piece[] => [
    { kind: "out", text: old.join("") },
    { kind: "in", text: fresh.join("") },
  ];
  if (old.length * fresh.length > MOST * MOST) return replaced();
  const width = fresh.length + 1;
  const common = new Uint16Array((old.length + 1) * width);
  const at = (row: number, column: number) => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1)
    for (let column = fresh.length - 1; column >= 0; column -= 1)
      common[row * width + column] =
        old[row] === fresh[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const pieces: Piece[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < fresh.length) {
    const [left, right] = [old[row], fresh[column]];
    if (left !== undefined && left === right) {
      pieces.push({ kind: "same", text: left });
      row += 1;
      column += 1;
    } else if (
      left !== undefined &&
      (right === undefined || at(row + 1, column) >= at(row, column + 1))
    ) {
      pieces.push({ kind: "out", text: left });
      row += 1;
    } else {
      pieces.push({ kind: "in", text: right ?? "" });
      column += 1;
    }
  }
  return pieces;
}

/** Neighbours of one kind as one piece; within a change what was left out comes first. */
function joined(pieces: Piece[]): Piece[] {
  const all: Piece[] = [];
  let [out, put] = ["", ""];
  const flush = () => {
    if (out !== "") all.push({ kind: "out", text: out });
    if (put !== "") all.push({ kind: "in", text: put });
    [out, put] = ["", ""];
  };
  for (const { kind, text } of pieces) {
    if (text === "") continue;
    if (kind === "out") out += text;
    else if (kind === "in") put += text;
    else {
      flush();
      const last = all.at(-1);
      if (last?.kind === "same") last.text += text;
      else all.push({ kind, text });
    }
  }
  flush();
  return all;
}
