import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { keys, useSession } from "../../backend/queries";
import { desk, type Desk, type DeskState } from "./desk";

/**
 * The live consult of a case in this page; `joins` at once. It ends with the session, and when the reader is left. Without
 * a case nobody ever joins.
 */
export function useDesk(caseId: string | null, joins: boolean): Desk {
  const [made] = useState(() => desk(caseId));
  const client = useQueryClient();
  const signedOut = useSession().data === null;
  useEffect(() => {
    if (signedOut) made.close(false);
  }, [made, signedOut]);
  useEffect(() => {
    clearTimeout(leaving.get(made));
    return () => {
      // Not when React only mounts it twice to try it.
      const close = () => made.close((client.getQueryData(keys.session) ?? null) !== null);
      leaving.set(made, setTimeout(close));
    };
  }, [made, client]);
  useEffect(() => {
    if (joins) made.join();
  }, [made, joins]);
  return made;
}

const leaving = new WeakMap<Desk, ReturnType<typeof setTimeout>>();

/** How it stands now. */
export function useDeskState(made: Desk): DeskState {
  return useSyncExternalStore(made.listen, made.now);
}
