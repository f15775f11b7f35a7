import { useMutation, useQueryClient } from "@tanstack/react-query";
import { typedAnswer } from "../backend/factor";
import { Problem } from "../backend/problem";
import { keys } from "../backend/queries";
import { setup } from "../backend/setup";
import { goTo } from "../route";
import { forNode, forPerson, type Draft } from "./draft";
import { nodeForm, practitionerForm } from "./forms";
import type { Piece } from "./evidence";
import type { Passphrase } from "./PassphraseFields";

/** Makes the applications, all or none, and starts sending them when that is wanted. */
export function useSubmission(
  draft: Draft,
  pieces: Piece[],
  onSent: (jobs: Record<string, string>) => void,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (passphrase: Passphrase) => {
      const made = await makeAll(draft, pieces, passphrase);
      await setup.keepDraft({ fields: draft, evidence: pieces, sent: true });
      // One that cannot be sent is here all the same: the next page says so and offers what else can be done.
      return draft.way === "send" ? depositAll(made) : {};
    },
    onSuccess: async (jobs) => {
      onSent(jobs);
      client.removeQueries({ queryKey: ["application-draft"] });
      await client.invalidateQueries({ queryKey: keys.applications });
      void client.invalidateQueries({ queryKey: keys.signInChoices });
      goTo({ page: "apply", step: null });
    },
    onError: () => client.invalidateQueries({ queryKey: keys.signInChoices }),
  });
}

async function makeAll(draft: Draft, pieces: Piece[], passphrase: Passphrase): Promise<string[]> {
  const made: string[] = [];
  try {
    // Hers first: it is the one that may be refused.
    if (forPerson(draft)) {
      const secret = { passphrase: passphrase.typed, second_factor: typedAnswer(passphrase.code) };
      made.push((await setup.apply(practitionerForm(draft, pieces, secret))).id);
    }
    if (forNode(draft)) made.push((await setup.apply(nodeForm(draft, pieces))).id);
    return made;
  } catch (error) {
    // Nothing has left the node: half of it is no use to anybody.
    for (const id of made) await setup.withdraw(id).catch(() => undefined);
    throw error;
  }
}

async function depositAll(ids: string[]): Promise<Record<string, string>> {
  const jobs: Record<string, string> = {};
  for (const id of ids) {
    try {
      jobs[id] = (await setup.deposit(id)).job;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }
  return jobs;
}
