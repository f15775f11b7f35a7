import type { ReactElement } from "react";

/** A document of the house as it is read: headings, items, and running text by the beginnings of its lines. */
export function PaperText({ text }: { text: string }): ReactElement {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return (
    <div className="paper-text" tabIndex={0}>
      {lines.map((line, index) => (
        // Lines are never moved, so that their places tell them apart.
        <Line key={index} line={line} />
      ))}
    </div>
  );
}

function Line({ line }: { line: string }): ReactElement {
  if (line.startsWith("## ")) return <h4>{line.slice(3)}</h4>;
  if (line.startsWith("# ")) return <h3>{line.slice(2)}</h3>;
  if (line.startsWith("- ")) return <p className="paper-item">・{line.slice(2)}</p>;
  return <p>{line}</p>;
}
