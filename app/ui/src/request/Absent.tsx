import { useMutation } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { backend } from "../backend/client";
import type { Deputy } from "../backend/absenceTypes";
import type { DirectoryEntry } from "../backend/types";
import { useFormat } from "../i18n/format";
import { AbsenceNote } from "../parts/AbsenceNote";
import { DutyNote } from "../parts/DutyNote";
import { ProblemNote } from "../parts/ProblemNote";

/** Before anything is sent: whoever was chosen is away or not on duty, and who stands in can be chosen instead. */
export function Absent({
  reader,
  onInstead,
}: {
  reader: DirectoryEntry;
  onInstead: (person: DirectoryEntry) => void;
}): ReactElement | null {
  const format = useFormat();
  const look = useMutation({ mutationFn: backend.person, onSuccess: onInstead });
  if (!reader.profile) return null;
  const { absence, on_duty: onDuty } = reader.profile;
  const ask = (deputy: Deputy) => look.mutate(deputy.fingerprint);
  return (
    <>
      {absence && <AbsenceNote name={format.person(reader)} absence={absence} ask={ask} />}
      <DutyNote onDuty={onDuty.filter((one) => one.fingerprint !== reader.fingerprint)} ask={ask} />
      {look.isError && <ProblemNote error={look.error} />}
    </>
  );
}
