import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Subject } from "../backend/retention";
import { useCase, useCases, useStudies, useStudy } from "../backend/queries";
import { useFormat } from "../i18n/format";

/** Whose the case or study is, and of when: an identifier alone is easily taken for another. Who has no part in it is told so. */
export function Whose({ subject }: { subject: Subject }): ReactElement {
  return "case_id" in subject ? (
    <OfCase id={subject.case_id} />
  ) : (
    <OfStudy uid={subject.study_instance_uid} />
  );
}

/**
 * The same in a row of a list, from what the lists of cases and studies have shown anyway: nobody's record is opened for it.
 * Nothing where they do not name it.
 */
export function WhoseBriefly({ subject }: { subject: Subject }): ReactElement | null {
  const format = useFormat();
  const cases = useCases().data;
  const studies = useStudies().data;
  if ("case_id" in subject) {
    const one = cases?.find(({ case_id }) => case_id === subject.case_id);
    return <Named name={one?.patient_name} id={one?.patient.id} day={one?.study_date} />;
  }
  const uid = subject.study_instance_uid;
  const one = studies?.find(({ study_instance_uid }) => study_instance_uid === uid);
  const name = one && format.patient(one.patient.name);
  return <Named name={name} id={one?.patient.id} day={one?.study_date} />;
}

function OfCase({ id }: { id: string }): ReactElement {
  const { data, isError } = useCase(id);
  if (isError) return <Hidden />;
  return <Named name={data?.patient_name} id={data?.patient.id} day={data?.study_date} />;
}

function OfStudy({ uid }: { uid: string }): ReactElement {
  const format = useFormat();
  const { data, isError } = useStudy(uid);
  if (isError) return <Hidden />;
  const name = data && format.patient(data.patient.name);
  return <Named name={name} id={data?.patient.id} day={data?.study_date} />;
}

function Hidden(): ReactElement {
  const { t } = useTranslation("retention");
  return <p className="note">{t("whoseHidden")}</p>;
}

function Named({
  name,
  id,
  day,
}: {
  name: string | undefined;
  id: string | undefined;
  day: string | null | undefined;
}): ReactElement | null {
  const { t } = useTranslation("retention");
  const format = useFormat();
  if (name === undefined) return null;
  return (
    <p className="whose">
      <strong>{name}</strong> {t("whose", { id: id ?? "–", day: day ? format.date(day) : "–" })}
    </p>
  );
}
