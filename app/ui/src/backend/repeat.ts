import { Problem } from "./problem";

/** Until what may not have arrived is sent again. */
const PAUSES_MS = [300, 1_500];
/** Where secrets go in or out: there the node keeps no answers, and takes no key. */
const SECRET = /^\/(session|security|setup|recovery|applications)(\/|$)/;

/** What is said in a live consult: it is kept nowhere, so neither is the answer. */
const UNKEPT = /^\/cases\/[^/]+\/live\//;

/** The key of one act of a person: sent again with it, what was done is not done twice. Null where none is taken. */
export function actKey(path: string): string | null {
  if (SECRET.test(path) || UNKEPT.test(path)) return null;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Asks again while the node is silent, or says that the same is still being done. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Problem) || !mayPass(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return ask();
}

function mayPass(problem: Problem): boolean {
  return problem.status === 0 || problem.code === "under_way";
}
