import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { ProblemNote } from "../parts/ProblemNote";
import { Pager } from "./Pager";
import type { Page } from "./types";

/** A page of a long list, with the way to the others; or why there is none. */
export function Found<T>({
  query,
  none,
  onMove,
  children,
}: {
  query: UseQueryResult<Page<T>>;
  /** What is said when nothing fits. */
  none: string;
  onMove: (offset: number) => void;
  children: (items: T[]) => ReactNode;
}): ReactElement {
  return (
    <>
      {query.isError && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <>
          {query.data.items.length === 0 ? (
            <p className="empty">{none}</p>
          ) : (
            children(query.data.items)
          )}
          <Pager page={query.data} onMove={onMove} />
        </>
      )}
    </>
  );
}
