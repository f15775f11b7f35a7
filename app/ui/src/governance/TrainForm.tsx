import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Member } from "../backend/governance";
import { Field } from "../parts/Field";
import { allSaid, Prose } from "../parts/Prose";
import { SignForm } from "./SignForm";
import { yearAfter } from "./words";

/** Records a training of somebody. */
export function Train({
  member,
  today,
  onClose,
}: {
  member: Member;
  today: string;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("governance");
  const [topic, setTopic] = useState("");
  const [by, setBy] = useState("");
  const [on, setOn] = useState(today);
  const [until, setUntil] = useState(yearAfter(today));
  return (
    <SignForm
      title={t("people.train", { name: member.name })}
      complete={allSaid(topic, on, until)}
      statement={() => ({
        record: "training",
        person: { id: member.id, name: member.name },
        topic: topic.trim(),
        given_by: by.trim() || null,
        on,
        until,
      })}
      onClose={onClose}
    >
      {(tried) => (
        <>
          <Prose
            label={t("people.topic")}
            value={topic}
            onChange={setTopic}
            rows={1}
            required
            tried={tried}
          />
          <Prose label={t("people.by")} value={by} onChange={setBy} rows={1} />
          <Field label={t("people.on")}>
            {(control) => (
              <input
                {...control}
                type="date"
                max={today}
                value={on}
                onChange={(event) => setOn(event.target.value)}
              />
            )}
          </Field>
          <Prose
            label={t("people.until")}
            type="date"
            value={until}
            onChange={setUntil}
            rows={1}
            required
            tried={tried}
          />
        </>
      )}
    </SignForm>
  );
}
