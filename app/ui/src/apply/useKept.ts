import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { keys } from "../backend/queries";
import { setup } from "../backend/setup";
import { useLeavingWarning } from "./useLeavingWarning";

/** How long nothing is typed before the node is asked to keep it. */
const QUIET_MS = 400;
/** How long after a failure it is tried again. */
const AGAIN_MS = 3_000;

export type Keeping = "kept" | "saving" | "lost";

/** Lets the node keep a value whenever it has changed; warns before the page is left with something unsaved. */
export function useKept(part: "fields" | "evidence", value: unknown): Keeping {
  const client = useQueryClient();
  const [keeping, setKeeping] = useState<Keeping>("kept");
  const [failures, setFailures] = useState(0);
  const saved = useRef(value);
  const newest = useRef(value);
  useEffect(() => {
    newest.current = value;
    if (saved.current === value) return;
    const keep = async () => {
      try {
        await setup.keepDraft({ [part]: value });
        saved.current = value;
        setFailures(0);
        if (newest.current === value) setKeeping("kept");
      } catch {
        // It may be that the passphrase of the node is asked for again.
        void client.invalidateQueries({ queryKey: keys.setupNode });
        if (newest.current !== value) return;
        setKeeping("lost");
        setFailures(failures + 1);
      }
    };
    const started = setTimeout(
      () => {
        if (failures === 0) setKeeping("saving");
        void keep();
      },
      failures === 0 ? QUIET_MS : AGAIN_MS,
    );
    return () => clearTimeout(started);
  }, [client, failures, part, value]);
  useLeavingWarning(() => saved.current !== newest.current);
  useEffect(
    () => () => {
      // Leaving for another page of the app: nothing that was typed is lost.
      if (saved.current !== newest.current)
        void setup.keepDraft({ [part]: newest.current }).catch(() => undefined);
    },
    [part],
  );
  return keeping;
}
