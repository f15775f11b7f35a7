import { useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect } from "react";
import { keys } from "../backend/queries";
import { useAuthor, writeAs } from "../consultation/drafted";
import { forgetPlans } from "../reader/curved/usePlan";
import { forgetKept, lockKept } from "../report/autosave";

/** What is not of one person. */
const SHARED: readonly unknown[] = [
  keys.session[0],
  keys.left[0],
  keys.status[0],
  keys.setup[0],
  keys.signInChoices[0],
];

/**
 * Whether nothing is left in this page of whoever was signed in before. When somebody else signs in over the lock screen
 * it becomes so before any page of hers is shown.
 */
export function useAlone(who: string | null): boolean {
  const client = useQueryClient();
  const last = useAuthor();
  // Before the pages that are left do their own tidying, which would save their words.
  useLayoutEffect(() => {
    if (who === null) {
      lockKept(true);
      return;
    }
    if (last !== who) {
      if (last !== null) {
        forgetKept();
        forgetPlans();
        client.removeQueries({ predicate: (query) => !SHARED.includes(query.queryKey[0]) });
      }
      writeAs(who);
    }
    lockKept(false);
  }, [client, who, last]);
  return who === null || who === last;
}
