/** Longer than so, in ms, nobody waits for what is still to be said before a session ends. */
const PATIENCE_MS = 1_000;

const acts = new Set<() => Promise<unknown>>();

/** From now on this is done before somebody locks or signs out by hand; the returned function ends that. */
export function beforeLeaving(act: () => Promise<unknown>): () => void {
  acts.add(act);
  return () => {
    acts.delete(act);
  };
}

/** Says what only somebody who is signed in can say. A node that does not answer holds up no lock. */
export async function leaving(): Promise<void> {
  const said = Promise.allSettled([...acts].map((act) => act()));
  await Promise.race([said, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}
