import { isValidElement, type ReactElement, type ReactNode } from "react";

/** Names and values; a value that is not there is left out with its name. */
export function Facts({ rows }: { rows: [name: string, value: ReactNode][] }): ReactElement {
  return (
    <dl className="facts">
      {rows
        .filter(([, value]) => isValidElement(value) || (value !== null && value !== ""))
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
