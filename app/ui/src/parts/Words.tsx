import { Fragment, type ReactElement } from "react";

/** A sentence in which `commands` stand between backticks. */
export function Words({ children }: { children: string }): ReactElement {
  return (
    <span>
      {children
        .split("`")
        .map((part, index) =>
          index % 2 === 1 ? (
            <code key={index}>{part}</code>
          ) : (
            <Fragment key={index}>{part}</Fragment>
          ),
        )}
    </span>
  );
}
