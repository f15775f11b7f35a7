import type { PatientName, Series, StudySummary } from "../../backend/types";

/** Most earlier and later studies that are offered. */
const MOST = 20;

/**
 * Other studies of the same patient, the newest first. The same is who has the same ID, date of birth and name in one of
 * its writings: IDs of two clinics may be alike. A study under a pseudonym is nobody's prior.
 */
export function priorsOf(study: StudySummary, all: readonly StudySummary[]): StudySummary[] {
  const { id, birth_date: born } = study.patient;
  if (!id || !born || study.pseudonym !== null) return [];
  return all
    .filter(
      (one) =>
        one.study_instance_uid !== study.study_instance_uid &&
        one.pseudonym === null &&
        one.patient.id === id &&
        one.patient.birth_date === born &&
        sameName(study.patient.name, one.patient.name),
    )
    .sort((one, other) => other.study_date.localeCompare(one.study_date))
    .slice(0, MOST);
}

function sameName(one: PatientName, other: PatientName): boolean {
  return (["ideographic", "phonetic", "alphabetic"] as const).some(
    (writing) => one[writing] !== "" && one[writing] === other[writing],
  );
}

/** The series of another study that hangs beside one: of its modality, with as many images as any. */
export function beside(shown: Series | null, list: readonly Series[]): Series | null {
  const images = (series: Series) => series.instances.reduce((sum, one) => sum + one.frames, 0);
  const alike = list.filter((one) => one.modality === shown?.modality);
  const candidates = alike.length > 0 ? alike : list;
  return candidates.toSorted((one, other) => images(other) - images(one))[0] ?? null;
}
