import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { DUTIES, ROLES, type Duty, type Member, type Role } from "../backend/governance";
import { OneOf } from "../parts/OneOf";
import { Prose } from "../parts/Prose";
import { SignForm } from "./SignForm";

/** Gives somebody a role; what she has already is there, and stays unless it is changed. */
export function Assign({ member, onClose }: { member: Member; onClose: () => void }): ReactElement {
  const { t } = useTranslation("governance");
  const [role, setRole] = useState<Role | null>(member.role);
  const [given, setGiven] = useState<readonly Duty[]>(member.given);
  const [until, setUntil] = useState(member.until ?? "");
  const complete = role !== null;
  return (
    <SignForm
      title={t("people.assign", { name: member.name })}
      complete={complete}
      statement={() => ({
        record: "assignment",
        person: { id: member.id, name: member.name },
        role: role ?? "practitioner",
        duties: DUTIES.filter((duty) => given.includes(duty)),
        until: until || null,
      })}
      onClose={onClose}
    >
      {(tried) => (
        <>
          <OneOf
            legend={t("people.role")}
            options={ROLES}
            chosen={role}
            onChoose={setRole}
            words={(one) => t(`role.${one}`)}
          />
          {tried && !complete && (
            <p className="note note-problem" role="alert">
              {t("people.choose")}
            </p>
          )}
          <fieldset className="choices">
            <legend>{t("people.given")}</legend>
            {DUTIES.map((duty) => (
              <label key={duty}>
                <input
                  type="checkbox"
                  checked={given.includes(duty)}
                  onChange={(event) =>
                    setGiven(
                      event.target.checked
                        ? [...given, duty]
                        : given.filter((other) => other !== duty),
                    )
                  }
                />
                {t(`duty.${duty}`)}
              </label>
            ))}
          </fieldset>
          <Prose
            label={t("people.lastDay")}
            type="date"
            value={until}
            onChange={setUntil}
            rows={1}
          />
        </>
      )}
    </SignForm>
  );
}
