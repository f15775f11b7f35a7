import { useState, type ReactElement } from "react";
import type { CaseDetail, Practitioner } from "../backend/types";
import type { Deputy } from "../backend/absenceTypes";
import { useFormat } from "../i18n/format";
import { AbsenceNote } from "../parts/AbsenceNote";
import { usePerson } from "../backend/queries";
import { Bring } from "./Bring";

/** The one who was asked is away: who stands in is asked in her place, with the patient's consent (R2, R5, R12). */
export function StandIn({
  detail,
  me,
}: {
  detail: CaseDetail;
  me: Practitioner;
}): ReactElement | null {
  const format = useFormat();
  const [deputy, setDeputy] = useState<Deputy | null>(null);
  const person = usePerson(deputy?.fingerprint ?? null).data;
  if (!detail.absence) return null;
  const consultant = detail.readers.find((one) => one.kind === "consultant")?.reader;
  return (
    <>
      <AbsenceNote
        name={consultant ? format.person(consultant) : "—"}
        absence={detail.absence}
        ask={setDeputy}
      />
      {deputy && person && (
        <Bring detail={detail} me={me} instead={person} onClose={() => setDeputy(null)} />
      )}
    </>
  );
}
