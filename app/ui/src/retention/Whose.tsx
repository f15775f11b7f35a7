import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Subject } from "../backend/retention";
import { useCase, useStudy } from "../backend/queries";
import { useFormat } from "../i18n/format";

/** Whose the case or study is, and of when: an identifier alone is easily taken for another. Who has no part in it is told so. */
export function Whose({ subject }: { subject: Subject }): ReactElement {
  return "case_id" in subject ? (
    <OfCase id={subject.case_id} />
  ) : (
    <OfStudy uid={subject.study_instance_uid} />
  );
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
    <p>
      <strong>{name}</strong> {t("whose", { id: id ?? "–", day: day ? format.date(day) : "–" })}
    </p>
  );
}
