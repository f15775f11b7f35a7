import type { LiveState, Participant } from "../../backend/liveTypes";
import { useCase, useSession } from "../../backend/queries";
import { useFormat } from "../../i18n/format";

/** The names of those who look together, as the language chosen writes them where this page knows how. */
export function useNames(caseId: string): (person: Participant) => string {
  const format = useFormat();
  const me = useSession().data;
  const other = useCase(caseId).data?.with;
  return (person) => {
    if (person.mine && me) return format.person(me);
    return other?.fingerprint === person.practitioner ? format.person(other) : person.name;
  };
}

/** The one of this name. */
export function personIn(state: LiveState, practitioner: string | null): Participant | undefined {
  return state.participants.find((one) => one.practitioner === practitioner);
}
